import { parseJson } from './parse-json.ts';
import type { Settings } from './settings.ts';

/** A stream ends itself before a minute is over and is opened again: whoever hears nothing for longer hears nothing at all. */
const LONGEST_SILENCE_MS = 75_000;
/** `EventSource.CLOSED`: refused, or told that there is no more. */
const CLOSED = 2;

type Hears = {
  event(data: unknown, id: string): void;
  /** It is of no use, or over; nothing is heard after that. */
  failed(): void;
};

/** Follows server-sent events, across the ends of their segments; returns what ends it. */
export function openEventStream(url: string, hears: Hears, { EventSource, timing }: Settings): () => void {
  if (EventSource === null) {
    hears.failed();
    return () => {};
  }
  const source = new EventSource(url);
  let deadline = setTimeout(fail, timing.answerWithinMs);
  let isAnswerDue = true;

  function stop(): void {
    clearTimeout(deadline);
    source.close();
  }
  function fail(): void {
    stop();
    hears.failed();
  }
  function expectWithin(ms: number): void {
    clearTimeout(deadline);
    deadline = setTimeout(fail, ms);
  }

  // Not `open`: what holds a stream back also opens it.
  source.addEventListener('message', ({ data, lastEventId }) => {
    isAnswerDue = false;
    expectWithin(LONGEST_SILENCE_MS);
    hears.event(typeof data === 'string' ? parseJson(data) : null, lastEventId);
  });
  source.addEventListener('open', () => {
    if (isAnswerDue) return;
    expectWithin(LONGEST_SILENCE_MS);
  });
  source.addEventListener('error', () => {
    if (source.readyState === CLOSED) return fail();
    if (isAnswerDue) return;
    isAnswerDue = true;
    expectWithin(timing.answerWithinMs);
  });
  return stop;
}
