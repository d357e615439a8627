import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImportView } from '../../../contract/import.ts';
import type { RowError } from '../../../contract/row-error.ts';
import { useChannel } from '../live/live-context.ts';
import { isAtWork } from './import-status.ts';
import { getImport } from './imports-api.ts';

/** Of the rows that fail while somebody looks on, as many are shown; `failed.csv` has all. */
const SHOWN_ERRORS = 500;

type Pace = { rows_per_second: number | null; eta: number | null };

/** One import as it is now: what the API says of it, with what is told live on top. */
export function useImport(id: string) {
  const queries = useQueryClient();
  const queryKey = ['import', id];
  const query = useQuery({ queryKey, queryFn: ({ signal }) => getImport(id, signal), retry: 1 });
  const [errors, setErrors] = useState<readonly RowError[]>([]);
  const [pace, setPace] = useState<Pace | null>(null);

  const change = (changes: Partial<ImportView>) =>
    queries.setQueryData<ImportView>(queryKey, (known) => known && { ...known, ...changes });
  function ended(): void {
    setPace(null);
    void queries.invalidateQueries({ queryKey });
    void queries.invalidateQueries({ queryKey: ['imports'] });
    void queries.invalidateQueries({ queryKey: ['import-rows', id] });
  }

  const name = query.data?.upload_id;
  useChannel(name === undefined ? null : { import: name }, (notification) => {
    // The channel is of the name, which may have had other imports before and after.
    if (notification.import_id !== query.data?.import_id) return;
    // Of one that is over, its end is not news.
    if (notification.replayed && !isAtWork(query.data) && notification.type !== 'upload_row_errors') return;
    switch (notification.type) {
      case 'upload_started': {
        const { dialect, phase, time_zone, bytes_total } = notification.data;
        change({ dialect, phase, time_zone, bytes_total, status: phase === 'undoing' ? 'undoing' : 'running' });
        return;
      }
      case 'upload_progress': {
        const { rows_per_second, eta, ...progress } = notification.data;
        change(progress);
        setPace({ rows_per_second, eta });
        return;
      }
      case 'upload_row_errors':
        setErrors((before) => withMore(before, notification.data.errors));
        return;
      case 'upload_completed':
      case 'upload_failed':
        ended();
    }
  });

  return {
    view: query.data,
    errors,
    pace,
    error: query.isError ? query.error : null,
    retry: () => void query.refetch(),
  };
}

/** What is told twice, after a reconnection, is shown once. */
function withMore(before: readonly RowError[], more: readonly RowError[]): readonly RowError[] {
  if (before.length >= SHOWN_ERRORS) return before;
  const nameOf = ({ line, column, code }: RowError) => `${line} ${column} ${code}`;
  const known = new Set(before.map(nameOf));
  return [...before, ...more.filter((error) => !known.has(nameOf(error)))].slice(0, SHOWN_ERRORS);
}
