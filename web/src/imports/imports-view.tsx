import { Button } from '@mantine/core';
import IconFileSpreadsheet from '@tabler/icons-react/icons/IconFileSpreadsheet';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { ViewTitle } from '../layout/view-title.tsx';
import { FileDrop } from './file-drop.tsx';
import { ImportDetail } from './import-detail.tsx';
import { ImportHistory } from './import-history.tsx';

export function ImportsView() {
  const { t } = useTranslation();
  const { id } = useParams<{ id?: string }>();
  if (id !== undefined) return <ImportDetail key={id} id={id} />;
  return (
    <>
      <ViewTitle title={t('nav.imports')} about={t('imports.about')}>
        <Button
          component="a"
          href="/uploads/template.csv"
          download
          variant="default"
          leftSection={<IconFileSpreadsheet size={17} stroke={1.7} />}
        >
          {t('imports.template')}
        </Button>
      </ViewTitle>
      <FileDrop />
      <ImportHistory />
    </>
  );
}
