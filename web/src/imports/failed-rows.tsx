import { Button, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ImportView } from '../../../contract/import.ts';
import { rowErrorMessage, type RowError } from '../../../contract/row-error.ts';
import { useFormat } from '../language/use-format.ts';
import classes from './import-detail.module.css';
import { isAtWork } from './import-status.ts';
import { RowsSection } from './rows-section.tsx';
import { useRows } from './use-rows.ts';

/** The rows that failed, as they fail; and all of them as a file, to be corrected and sent again. */
export function FailedRows({ view, live }: { view: ImportView; live: readonly RowError[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isOver = !isAtWork(view);
  const read = useRows(view.import_id, 'failed', isOver && view.rows.failed > 0);
  const kept = read.rows.flatMap((row) => row.errors);
  // What somebody has seen come is not taken away until as much was read.
  const errors = kept.length >= live.length || (isOver && !read.hasMore && kept.length > 0) ? kept : live;
  if (errors.length === 0) return null;
  const failed = Math.max(view.rows.failed, new Set(errors.map(({ line }) => line)).size);
  return (
    <RowsSection
      title={t('imports.failed_rows', { count: failed, shown: format.count(failed) })}
      columns={[t('imports.line'), t('imports.column'), t('imports.reason'), t('imports.value')]}
      read={read}
      action={
        view.failed_csv !== null && (
          <Button component="a" href={view.failed_csv} download variant="light">
            {t('imports.failed_csv')}
          </Button>
        )
      }
    >
      {errors.map((error, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a line may have the same mistake twice.
        <Table.Tr key={`${error.line}-${index}`}>
          <Table.Td>{format.count(error.line)}</Table.Td>
          <Table.Td>{error.column ?? '–'}</Table.Td>
          <Table.Td>
            <Reason error={error} /> <span className={classes.code}>{error.code}</span>
          </Table.Td>
          <Table.Td className={classes.value} dir="auto">
            {error.value}
          </Table.Td>
        </Table.Tr>
      ))}
    </RowsSection>
  );
}

function Reason({ error: { code, numbers = {} } }: { error: RowError }) {
  const { i18n } = useTranslation();
  return rowErrorMessage(code, numbers, i18n.language === 'en' ? 'en' : 'pt');
}
