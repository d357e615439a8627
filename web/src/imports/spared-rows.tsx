import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { RowsSection } from './rows-section.tsx';
import { useRows } from './use-rows.ts';

/** What an undo left alone, because somebody has changed it since. */
export function SparedRows({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const read = useRows(id, 'spared');
  const { rows, total } = read;
  if (rows.length === 0) return null;
  return (
    <RowsSection
      title={t('imports.spared_rows', { count: total, shown: format.count(total) })}
      columns={[t('imports.line'), t('events.columns.title'), t('imports.reason')]}
      read={read}
    >
      {rows.map((row) => (
        <Table.Tr key={row.line}>
          <Table.Td>{format.count(row.line)}</Table.Td>
          <Table.Td dir="auto">{row.title}</Table.Td>
          <Table.Td>{t(row.reason === 'gone' ? 'imports.spared_gone' : 'imports.spared_edited')}</Table.Td>
        </Table.Tr>
      ))}
    </RowsSection>
  );
}
