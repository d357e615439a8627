import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { CalendarEvent } from '../../../contract/event.ts';
import { useChannel, useLive } from '../live/live-context.ts';
import { useObservable } from '../live/observable.ts';
import { listEvents, type EventFilter } from './events-api.ts';

type EventPage = { events: CalendarEvent[]; next_cursor: string | null };
type Pages = InfiniteData<EventPage, string | null>;

/** So long a change is shown as one. */
const FRESH_MS = 4000;
/** Changes that come together are read together. */
const GATHER_MS = 400;
/** With more than these on the screen they are read again only when asked to. */
const READ_AGAIN_PAGES = 3;

/** Calendar events by their date, as far as they were read, changed while others change them. */
export function useEvents(filter: EventFilter) {
  const queries = useQueryClient();
  const queryKey = useMemo(() => ['events', filter], [filter]);
  const [total, setTotal] = useState<number | null>(null);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [isStale, setStale] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const query = useInfiniteQuery({
    queryKey,
    initialPageParam: null,
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      listEvents(filter, pageParam, signal),
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
  const { data } = query;
  const isLong = (data?.pages.length ?? 0) > READ_AGAIN_PAGES;

  function readAgain(): void {
    if (isLong) return setStale(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void queries.invalidateQueries({ queryKey }), GATHER_MS);
  }

  function mark(id: string): void {
    setFresh((before) => new Set(before).add(id));
    setTimeout(() => setFresh((before) => new Set([...before].filter((each) => each !== id))), FRESH_MS);
  }

  useChannel('events', (notification) => {
    switch (notification.type) {
      case 'event_count':
        return setTotal(notification.data.total);
      case 'presence':
        return;
      case 'event_created':
        mark(notification.event.id);
        return readAgain();
      case 'event_updated':
        mark(notification.event.id);
        queries.setQueryData<Pages>(queryKey, (data) => replaced(data, notification.event));
        return;
      case 'events_changed':
        return readAgain();
      case 'event_deleted':
        queries.setQueryData<Pages>(queryKey, (data) => without(data, notification.event.id));
    }
  });

  const resyncs = useObservable(useLive().resyncs);
  useEffect(() => {
    if (resyncs > 0) void queries.invalidateQueries({ queryKey: ['events'] });
  }, [resyncs, queries]);
  useEffect(() => setStale(false), [queryKey]);

  return {
    events: useMemo(() => data?.pages.flatMap(({ events }) => events) ?? [], [data]),
    total,
    isFresh: (id: string) => fresh.has(id),
    /** Something is different, and what is shown was not read again by itself. */
    isStale,
    refresh: () => {
      setStale(false);
      void queries.resetQueries({ queryKey });
    },
    isLoading: query.isPending,
    error: query.isError ? query.error : null,
    hasMore: query.hasNextPage,
    more: () => {
      if (!query.isFetching) void query.fetchNextPage();
    },
  };
}

function replaced(data: Pages | undefined, event: CalendarEvent): Pages | undefined {
  return changed(data, (events) =>
    events.map((known) => (known.id === event.id && known.version < event.version ? event : known)),
  );
}

const without = (data: Pages | undefined, id: string): Pages | undefined =>
  changed(data, (events) => events.filter((known) => known.id !== id));

function changed(data: Pages | undefined, change: (events: CalendarEvent[]) => CalendarEvent[]): Pages | undefined {
  return data && { ...data, pages: data.pages.map((page) => ({ ...page, events: change(page.events) })) };
}
