import { Button, Table } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { useEffect, useEffectEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './import-detail.module.css';
import type { useRows } from './use-rows.ts';

type Props = {
  title: string;
  columns: string[];
  children: ReactNode;
  action?: ReactNode;
  read: ReturnType<typeof useRows>;
};

/** A table of rows of the file, read on as it is scrolled. */
export function RowsSection({ title, columns, children, action, read }: Props) {
  const { t } = useTranslation();
  const { hasMore, more, pagesRead } = read;
  const { ref, inViewport } = useInViewport();
  const readOn = useEffectEvent(more);
  useEffect(() => {
    if (inViewport) readOn();
  }, [inViewport, pagesRead]);
  return (
    <section className={classes.rows}>
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
      {hasMore && (
        <Button ref={ref} variant="default" fullWidth mt="sm" onClick={more}>
          {t('events.more')}
        </Button>
      )}
    </section>
  );
}
