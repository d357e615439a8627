import type { Notification, Seq } from '../contract/notification.ts';
import type { Channel } from './channel.ts';

export type Numbered = Extract<Notification, { seq: Seq }>;
export const isNumbered = (notification: Notification): notification is Numbered => 'seq' in notification;

const isLater = (a: Seq, b: Seq) => (typeof a === 'number' && typeof b === 'number' ? a > b : String(a) > String(b));

/** Of a history, as many are remembered one by one; what is older than all of these has been told. */
const REMEMBERED = 2000;
/** Downloads whose last news is remembered, where one channel tells of many. */
const SUBJECTS = 1000;

export type Memory = {
  /** Whether this was not told before; asked once, for it is remembered then. */
  isNew(notification: Numbered): boolean;
  /** Where the history goes on; null when nothing of it was heard. */
  position(): Seq | null;
  /** What is told now is newer than any news that was heard: there is nothing to go on from. */
  forget(): void;
};

/** What was told already. Of a download only what is newer than that is new; of a history everything that was not told. */
export const memoryOf = ({ kind }: Pick<Channel, 'kind'>): Memory =>
  kind === 'download' || kind === 'deltas' ? newestOnly() : eachOnce();

function newestOnly(): Memory {
  const known = new Map<string, Seq>();
  let isKnown = true;
  return {
    isNew(notification) {
      const subject = notification.type === 'download_update' ? notification.download_id : '';
      const last = known.get(subject);
      if (last !== undefined && !isLater(notification.seq, last)) return false;
      known.delete(subject);
      known.set(subject, notification.seq);
      const [oldest = ''] = known.keys();
      if (known.size > SUBJECTS) known.delete(oldest);
      isKnown = true;
      return true;
    },
    position: () => (isKnown ? ([...known.values()].at(-1) ?? null) : null),
    forget() {
      isKnown = false;
    },
  };
}

function eachOnce(): Memory {
  const told = new Set<Seq>();
  let newest: Seq | null = null;
  let forgotten: Seq | null = null;
  return {
    isNew({ seq }) {
      if (told.has(seq) || (forgotten !== null && !isLater(seq, forgotten))) return false;
      told.add(seq);
      if (newest === null || isLater(seq, newest)) newest = seq;
      if (told.size > REMEMBERED) drop();
      return true;
    },
    position: () => newest,
    forget() {},
  };

  function drop(): void {
    const [oldest] = told;
    if (oldest === undefined) return;
    told.delete(oldest);
    if (forgotten === null || isLater(oldest, forgotten)) forgotten = oldest;
  }
}
