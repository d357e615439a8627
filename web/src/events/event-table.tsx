import { Alert, Button, Skeleton } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CalendarEvent } from '../../../contract/event.ts';
import { EmptyState } from '../layout/empty-state.tsx';
import { Failure } from '../layout/failure.tsx';
import { EventRow } from './event-row.tsx';
import classes from './event-table.module.css';
import type { useEvents } from './use-events.ts';

const ROW_HEIGHT = 57;
const READ_AHEAD = 30;

type Props = {
  events: ReturnType<typeof useEvents>;
  isFiltered: boolean;
  onEdit: (event: CalendarEvent) => void;
};

/** However many events: only those that are seen are drawn. */
export function EventTable({ events, isFiltered, onEdit }: Props) {
  const { t } = useTranslation();
  const { hasMore, more } = events;
  const count = events.events.length;
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const isShown = count > 0;
  useLayoutEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + scrollY), [isShown, events.isStale]);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => events.events[index]?.id ?? index,
    overscan: 10,
    scrollMargin: top,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= count - READ_AHEAD) more();
  }, [hasMore, last, count, more]);

  if (events.error !== null) return <Failure error={events.error} retry={events.refresh} />;
  if (events.isLoading)
    return [0, 1, 2, 3].map((row) => <Skeleton key={row} height={ROW_HEIGHT - 8} mb={8} radius="md" />);
  if (count === 0) {
    return (
      <EmptyState title={t(isFiltered ? 'events.none_found' : 'events.empty')}>
        {!isFiltered && <p>{t('events.empty_hint')}</p>}
      </EmptyState>
    );
  }
  return (
    <>
      {events.isStale && (
        <Alert color="blue" mb="sm" role="status">
          {t('events.stale')}{' '}
          <Button size="compact-sm" variant="light" onClick={events.refresh}>
            {t('events.refresh')}
          </Button>
        </Alert>
      )}
      <div className={classes.table} role="table" aria-label={t('nav.events')} aria-rowcount={hasMore ? -1 : count + 1}>
        <div role="rowgroup">
          <div className={classes.head} role="row">
            {(['date', 'title', 'city', 'place', 'actions'] as const).map((column) => (
              <span key={column} role="columnheader" className={classes[column]}>
                {t(`events.columns.${column}`)}
              </span>
            ))}
          </div>
        </div>
        <div ref={body} className={classes.body} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {rows.map(({ index, start, key }) => {
            const event = events.events[index];
            return (
              event !== undefined && (
                <div
                  key={key}
                  ref={virtual.measureElement}
                  data-index={index}
                  className={classes.row}
                  role="row"
                  aria-rowindex={index + 2}
                  data-fresh={events.isFresh(event.id)}
                  style={{ transform: `translateY(${start - top}px)` }}
                >
                  <EventRow event={event} onEdit={onEdit} />
                </div>
              )
            );
          })}
        </div>
      </div>
      {hasMore && (
        <Button variant="default" fullWidth mt="sm" onClick={more}>
          {t('events.more')}
        </Button>
      )}
    </>
  );
}
