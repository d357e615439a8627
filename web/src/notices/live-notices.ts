import i18next from 'i18next';
import * as z from 'zod';
import { noticeList, type GeneralMessage } from '../../../contract/notice.ts';
import { call } from '../api/call.ts';
import { RequestFailed } from '../api/request-failed.ts';
import type { Live } from '../live/live.ts';
import { observable, type Observable } from '../live/observable.ts';
import { noticeWords } from './notice-words.ts';
import { notices, said, type Notice } from './notice.ts';
import { showWhenHidden } from './web-notification.ts';

const KEY = 'fasttrack-notices';
const CLEARED_KEY = 'fasttrack-notices-cleared';
const KEPT = 200;

export type LiveNotices = {
  /** Newest first. */
  list: Observable<readonly Notice[]>;
  unread: Observable<number>;
  /** What came last, to be shown for a moment. */
  latest: Observable<Notice | null>;
  clear: () => void;
};

/** Keeps what was announced, also over a reload, and asks for what was announced while nobody was here. */
export function startNotices(live: Live): LiveNotices {
  const list = observable<readonly Notice[]>(remembered());
  const unread = observable(0);
  const latest = observable<Notice | null>(null);

  /** False: it is known, or was cleared away. */
  function keep(notice: Notice): boolean {
    const cleared = localStorage.getItem(CLEARED_KEY) ?? '';
    if (notice.seq <= cleared || list.get().some(({ seq }) => seq === notice.seq)) return false;
    list.set([notice, ...list.get()].toSorted((a, b) => (a.seq < b.seq ? 1 : -1)).slice(0, KEPT));
    unread.set(unread.get() + 1);
    return true;
  }

  function take(notice: Notice): void {
    if (keep(notice)) tell(notice);
  }

  function tell(notice: Notice): void {
    latest.set(notice);
    showWhenHidden(noticeWords(i18next.t, notice), { tag: notice.seq, view: '/notices' });
  }

  async function catchUp(): Promise<void> {
    const { notices: announced } = await call(noticeList, '/notifications');
    const missed = announced.map(announcement).filter(keep);
    // One is told, which may have been announced just now; all are in the list.
    if (missed[0] !== undefined) tell(missed[0]);
  }

  function clear(): void {
    localStorage.setItem(CLEARED_KEY, list.get()[0]?.seq ?? '');
    list.set([]);
  }

  list.subscribe(() => localStorage.setItem(KEY, JSON.stringify(list.get())));
  live.listen('general', (message) => take(announcement(message)));
  live.listen('admin', ({ seq, level, message, code, data, timestamp }) =>
    take({ seq, from: 'admin', level, message, said: saidBy(code, data), at: timestamp }),
  );
  live.resyncs.subscribe(() => void catchUp().catch(forgive));
  void catchUp().catch(forgive);
  return { list, unread, latest, clear };
}

const announcement = ({ seq, level, message, timestamp }: GeneralMessage): Notice => ({
  seq,
  from: 'general',
  level,
  message,
  at: timestamp,
});

/** The connection's indicator says already that nothing answers. */
function forgive(error: unknown): void {
  if (!(error instanceof RequestFailed)) throw error;
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
