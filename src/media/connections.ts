/** Milliseconds over which speed is measured, and those after a change that are not. */
const WINDOW = 1_000;
const SETTLE = 400;
const STEP = 4;
/** Of the growth that twice the connections would bring if each had its own limit, this much must really come. */
const WORTHWHILE = 0.5;

export type Connections = {
  /** Resolves when one more request may be under way. */
  enter(): Promise<void>;
  leave(): void;
  /** Takes note of bytes that arrived: what the number of connections is judged by. */
  arrived(bytes: number): void;
  /** The origin has had enough: from now on half as many, and never more again. */
  refused(): void;
  limit(): number;
};

/**
 * How many requests go to the origin side by side. It begins with the usual number and adds to it as long as the whole becomes
 * faster, which is so where the origin throttles each connection; the first step that brings little is taken back, and that is
 * the end of it: the number never swings.
 */
export function connections(
  { usual, most }: { usual: number; most: number },
  now: () => number = () => performance.now(),
): Connections {
  const waiting: (() => void)[] = [];
  let limit = usual;
  let active = 0;
  let settled = usual >= most;
  let before: { limit: number; speed: number } | null = null;
  let window = { from: now() + SETTLE, bytes: 0 };

  const admit = (): void => {
    while (active < limit && waiting.length > 0) {
      active += 1;
      waiting.shift()?.();
    }
  };
  const set = (to: number, at: number): void => {
    limit = to;
    window = { from: at + SETTLE, bytes: 0 };
    admit();
  };
  const judge = (speed: number, at: number): void => {
    if (before !== null && speed < before.speed * (1 + WORTHWHILE * (limit / before.limit - 1))) {
      settled = true;
      set(before.limit, at);
    } else {
      before = { limit, speed };
      settled = limit === most;
      if (!settled) set(Math.min(most, limit + STEP), at);
    }
  };

  return {
    enter: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        admit();
      }),
    leave() {
      active -= 1;
      admit();
    },
    arrived(bytes) {
      if (settled) return;
      const at = now();
      if (at < window.from) return;
      window.bytes += bytes;
      if (at - window.from >= WINDOW) judge(window.bytes / (at - window.from), at);
    },
    refused() {
      const at = now();
      // Those that were under way together were refused together.
      if (settled && at < window.from) return;
      settled = true;
      set(Math.max(1, Math.floor(limit / 2)), at);
    },
    limit: () => limit,
  };
}
