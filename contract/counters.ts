/** Counters live in this many items, so that transactions on different downloads seldom meet on one. */
export const COUNTER_SHARDS = 4;

/** The attribute that counts the requests of one UTC day. */
export const dayAttribute = (timestamp: string): string => `day_${timestamp.slice(0, 10).replaceAll('-', '_')}`;

/** Counts the counted changes themselves: while it stands still, nothing else has changed. */
export const CHANGES_ATTRIBUTE = 'changes';
