import i18next from 'i18next';
import * as z from 'zod';
import type { Live } from '../live/live.ts';
import { observable, type Observable } from '../live/observable.ts';
import { noticeWords } from './notice-words.ts';
import { notices, said, type Notice } from './notice.ts';
import { showWhenHidden } from './web-notification.ts';

const KEY = 'fasttrack-notices';
const KEPT = 200;

export type LiveNotices = {
  /** Newest first. */
  list: Observable<readonly Notice[]>;
  unread: Observable<number>;
  /** What came last, to be shown for a moment. */
  latest: Observable<Notice | null>;
  clear: () => void;
};

/** Keeps what was announced, also over a reload. */
export function startNotices(live: Live): LiveNotices {
  const list = observable<readonly Notice[]>(remembered());
  const unread = observable(0);
  const latest = observable<Notice | null>(null);

  function take(notice: Notice): void {
    if (list.get().some(({ seq }) => seq === notice.seq)) return;
    list.set([notice, ...list.get()].slice(0, KEPT));
    unread.set(unread.get() + 1);
    latest.set(notice);
    showWhenHidden(noticeWords(i18next.t, notice), { tag: notice.seq, view: '/notices' });
  }

  list.subscribe(() => localStorage.setItem(KEY, JSON.stringify(list.get())));
  live.listen('general', ({ seq, level, message, timestamp }) =>
    take({ seq, from: 'general', level, message, at: timestamp }),
  );
  live.listen('admin', ({ seq, level, message, code, data, timestamp }) =>
    take({ seq, from: 'admin', level, message, said: saidBy(code, data), at: timestamp }),
  );
  return { list, unread, latest, clear: () => list.set([]) };
}

const facts = z
  .object({
    title: z.string(),
    file_name: z.string(),
    rows: z.object({ created: z.int(), updated: z.int() }),
  })
  .partial();

function saidBy(code: string, data: unknown): Notice['said'] {
  const { title, file_name, rows } = facts.safeParse(data).data ?? {};
  return said.safeParse({ code, subject: title ?? file_name, ...rows }).data;
}

function remembered(): readonly Notice[] {
  try {
    return notices.parse(JSON.parse(localStorage.getItem(KEY) ?? '[]'));
  } catch {
    // Written by another version, or by somebody else.
    return [];
  }
}
