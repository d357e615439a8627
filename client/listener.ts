import type { DownloadUpdate, Notification, Seq } from '../contract/notification.ts';
import type { Channel } from './channel.ts';
import { isNumbered, memoryOf, type Numbered } from './memory.ts';

export type Listener = {
  channel: Channel;
  /** What its channel told; told on unless it was told before. */
  hear(notification: Notification): void;
  /** The state of things as it was answered when asked; told on when it is another. */
  hearState(notification: Notification): void;
  /** Last heard of the download this listens to. */
  last(): DownloadUpdate | null;
  /** Where the history goes on; null when nothing of it was heard. */
  position(): Seq | null;
  /** What was missed is on its way: what comes meanwhile is told after it. */
  catchUp(): void;
  caughtUp(): void;
};

/** Tells what is heard of one channel, whichever way it came: in order, nothing twice. */
export function listenerOn(channel: Channel, tell: (notification: Notification) => void, catchUpMs: number): Listener {
  const memory = memoryOf(channel);
  let held: Numbered[] | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let state = '';
  let last: DownloadUpdate | null = null;

  function hear(notification: Notification): void {
    if (!isNumbered(notification)) return hearState(notification);
    if (held === null) return take(notification);
    held.push(notification);
    if (isCaughtUp(held, memory.position())) caughtUp();
  }

  function take(notification: Numbered): void {
    if (!memory.isNew(notification)) return;
    state = dataOf(notification);
    pass(notification);
  }

  function hearState(notification: Notification): void {
    const data = dataOf(notification);
    if (data === state) return;
    state = data;
    memory.forget();
    pass(notification);
  }

  function pass(notification: Notification): void {
    if (notification.type === 'download_update') last = notification;
    tell(notification);
  }

  function caughtUp(): void {
    clearTimeout(timer);
    const waiting = held ?? [];
    held = null;
    for (const notification of waiting.toSorted(bySeq)) take(notification);
  }

  return {
    channel,
    hear,
    hearState,
    last: () => last,
    position: () => memory.position(),
    catchUp() {
      // Only a download's state could be told before what led to it; elsewhere each notification stands for itself.
      if (channel.kind !== 'download' || held !== null) return;
      held = [];
      timer = setTimeout(caughtUp, catchUpMs);
    },
    caughtUp,
  };
}

/** All that was missed has come when it reaches up to the state, or the state is the one that is known. */
function isCaughtUp(held: Numbered[], known: Seq | null): boolean {
  const newestOf = (isReplayed: boolean) =>
    held.filter(({ replayed = false }) => replayed === isReplayed).toSorted(bySeq)[0]?.seq;
  const state = newestOf(false);
  const missed = held
    .filter(({ replayed }) => replayed)
    .toSorted(bySeq)
    .at(-1)?.seq;
  if (state === undefined) return false;
  return (known !== null && state <= known) || (missed !== undefined && missed >= state);
}

const bySeq = (a: Numbered, b: Numbered) => (a.seq < b.seq ? -1 : a.seq > b.seq ? 1 : 0);

const dataOf = (notification: Notification) => ('data' in notification ? JSON.stringify(notification.data) : '');
