import { Button, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './import-detail.module.css';

type Props = {
  title: string;
  columns: string[];
  children: ReactNode;
  action?: ReactNode;
  /** Reads on; null when there is no more. */
  more: (() => void) | null;
};

/** A table of rows of the file. */
export function RowsSection({ title, columns, children, action, more }: Props) {
  const { t } = useTranslation();
  return (
    <section className={classes.rows} aria-label={title}>
      <div className={classes.head}>
        <h2>{title}</h2>
        {action}
      </div>
      <div className={classes.table} tabIndex={0} role="region" aria-label={title}>
        <Table aria-label={title} fz="sm">
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column}>{column}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </div>
      {more !== null && (
        <Button variant="default" fullWidth mt="sm" onClick={more}>
          {t('events.more')}
        </Button>
      )}
    </section>
  );
}
