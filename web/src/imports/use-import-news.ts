import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Notification } from '../../../contract/notification.ts';
import { useChannel } from '../live/live-context.ts';

type Progress = Extract<Notification, { type: 'import_progress' }>;

/** Hears how far every import is; lists of imports are asked for again when one begins and when one ends. */
export function useImportNews(hear: (progress: Progress) => void = () => {}) {
  const queries = useQueryClient();
  const running = useRef(new Set<string>());
  useChannel('imports', (progress) => {
    hear(progress);
    const { import_id, progresso } = progress;
    const isOver = progresso === 100;
    if (!isOver && running.current.has(import_id)) return;
    if (isOver) running.current.delete(import_id);
    else running.current.add(import_id);
    void queries.invalidateQueries({ queryKey: ['imports'] });
  });
}
