import { Button, Skeleton } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../layout/empty-state.tsx';
import { Failure } from '../layout/failure.tsx';
import { DownloadCard } from './download-card.tsx';
import classes from './download-list.module.css';
import type { DownloadFilter } from './downloads-api.ts';
import type { useDownloads } from './use-downloads.ts';
import type { Selection } from './use-selection.ts';

const CARD_HEIGHT = 118;
const READ_AHEAD = 30;

type Props = { downloads: ReturnType<typeof useDownloads>; filter: DownloadFilter; selection: Selection };

/** One list, however long: only what is seen is drawn, and read on as it is scrolled. */
export function DownloadList({ downloads, filter, selection }: Props) {
  const { t } = useTranslation();
  const { ids, hasMore, more } = downloads;
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setTop(list.current?.offsetTop ?? 0);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({
    count: ids.length,
    estimateSize: () => CARD_HEIGHT,
    getItemKey: (index) => ids[index] ?? index,
    overscan: 6,
    scrollMargin: top,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= ids.length - READ_AHEAD) more();
  }, [hasMore, last, ids.length, more]);

  return (
    <div ref={list}>
      {downloads.error !== null && ids.length === 0 && <Failure error={downloads.error} retry={downloads.retry} />}
      {downloads.isLoading && <Loading />}
      {!downloads.isLoading && downloads.error === null && ids.length === 0 && <Nothing filter={filter} />}
      <div
        className={classes.list}
        role="list"
        aria-label={t('nav.downloads')}
        hidden={downloads.isLoading}
        style={{ height: virtual.getTotalSize() }}
      >
        {rows.map(({ index, start, key }) => (
          <div
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            role="listitem"
            aria-posinset={index + 1}
            aria-setsize={hasMore ? -1 : ids.length}
            className={classes.row}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            <DownloadCard
              id={ids[index] ?? ''}
              isSelected={selection.has(ids[index] ?? '')}
              onSelect={selection.toggle}
            />
          </div>
        ))}
      </div>
      {hasMore && !downloads.isLoading && (
        <Button variant="default" fullWidth onClick={more}>
          {t('downloads.more')}
        </Button>
      )}
    </div>
  );
}

function Loading() {
  return [0, 1, 2].map((row) => <Skeleton key={row} height={CARD_HEIGHT - 10} mb={10} radius="lg" />);
}

function Nothing({ filter }: { filter: DownloadFilter }) {
  const { t } = useTranslation();
  if (filter.q !== '') return <EmptyState title={t('downloads.none_found', { q: filter.q })} />;
  if (filter.status !== null) return <EmptyState title={t(`downloads.none.${filter.status}`)} />;
  return (
    <EmptyState title={t('downloads.empty')} picture={<img src="/favicon.svg" alt="" width={48} height={48} />}>
      <p>{t('downloads.empty_hint')}</p>
    </EmptyState>
  );
}
