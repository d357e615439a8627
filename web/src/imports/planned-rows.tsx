import { Badge, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import classes from './import-detail.module.css';
import { RowsSection } from './rows-section.tsx';
import { useRows } from './use-rows.ts';

/** What a commit would do, row by row. */
export function PlannedRows({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const read = useRows(id, 'planned');
  const { rows, total } = read;
  if (rows.length === 0) return null;
  return (
    <RowsSection
      title={t('imports.planned_rows', { count: total, shown: format.count(total) })}
      columns={[t('imports.line'), t('imports.effect'), t('events.columns.title'), t('imports.changes')]}
      read={read}
    >
      {rows.map((row) => (
        <Table.Tr key={row.line}>
          <Table.Td>{format.count(row.line)}</Table.Td>
          <Table.Td>
            <Badge variant="light" color="gray">
              {t(row.outcome === 'updated' ? 'imports.effect_updated' : 'imports.effect_created')}
            </Badge>
          </Table.Td>
          <Table.Td dir="auto">{row.title}</Table.Td>
          <Table.Td className={classes.value}>
            {row.changes.map(({ field, before, after }) => (
              <div key={field}>
                {field}: <del>{before ?? '–'}</del> → <ins>{after ?? '–'}</ins>
              </div>
            ))}
          </Table.Td>
        </Table.Tr>
      ))}
    </RowsSection>
  );
}
