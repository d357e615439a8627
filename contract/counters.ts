/** Counters live in this many items, so that transactions on different downloads seldom meet on one. */
export const COUNTER_SHARDS = 4;

/** What is counted of each UTC day and hour: requests when they are made, endings when they come. */
export type Counted = 'requested' | 'completed' | 'failed';

/** The attribute that counts this of the UTC day of a time. */
export const dayAttribute = (timestamp: string, counted: Counted): string =>
  attribute('day', timestamp.slice(0, 'YYYY-MM-DD'.length), counted);

/** The attribute that counts this of the UTC hour of a time. */
export const hourAttribute = (timestamp: string, counted: Counted): string =>
  attribute('hour', timestamp.slice(0, 'YYYY-MM-DDTHH'.length), counted);

/** Short: what is kept of a month and a day fits into the 4 KB that one read unit reads. */
const ENDINGS = { requested: '', completed: '_ok', failed: '_failed' } satisfies Record<Counted, string>;

/** `day_2026_11_23`, `hour_2026_11_23_10_ok`: as text in the order of time, days among days and hours among hours. */
const attribute = (span: 'day' | 'hour', time: string, counted: Counted): string =>
  `${span}_${time.replaceAll(/[-T]/g, '_')}${ENDINGS[counted]}`;

/** Counts the counted changes themselves: while it stands still, nothing else has changed. */
export const CHANGES_ATTRIBUTE = 'changes';
