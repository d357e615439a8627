import { useTranslation } from 'react-i18next';
import { ViewTitle } from '../layout/view-title.tsx';

export function ImportsView() {
  const { t } = useTranslation();
  return <ViewTitle title={t('nav.imports')} about={t('imports.about')} />;
}
