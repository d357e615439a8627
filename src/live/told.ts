/** What a stream says: an event with the `seq` a listener resumes from, or a sign of life that keeps the line open. */
export type Told<E> = { seq: number; event: E } | 'heartbeat';

/** Proxies close lines that are silent for longer. */
export const HEARTBEAT_MS = 15_000;
