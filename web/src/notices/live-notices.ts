import type { Live } from '../live/live.ts';
import { observable, type Observable } from '../live/observable.ts';
import { notices, type Notice } from './notice.ts';
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
    showWhenHidden(notice.message, { tag: notice.seq, view: '/notices' });
  }

  list.subscribe(() => localStorage.setItem(KEY, JSON.stringify(list.get())));
  live.listen('general', ({ seq, level, message, timestamp }) =>
    take({ seq, from: 'general', level, message, at: timestamp }),
  );
  live.listen('admin', ({ seq, level, message, timestamp }) =>
    take({ seq, from: 'admin', level, message, at: timestamp }),
  );
  return { list, unread, latest, clear: () => list.set([]) };
}

function remembered(): readonly Notice[] {
  try {
    return notices.parse(JSON.parse(localStorage.getItem(KEY) ?? '[]'));
  } catch {
    // Written by another version, or by somebody else.
    return [];
  }
}
