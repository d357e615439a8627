import { pause } from '../pause.ts';
import { SourceFailed } from './source-failed.ts';

/** A failure of the source that may pass: the same request is worth another try, after `waitMs` when the source said so. */
export class MayPass extends SourceFailed {
  readonly waitMs: number | null;
  constructor(code: SourceFailed['code'], detail: string, { waitMs = null, ...options }: MayPassOptions = {}) {
    super(code, detail, options);
    this.name = 'MayPass';
    this.waitMs = waitMs;
  }
}
type MayPassOptions = ErrorOptions & { waitMs?: number | null };

export type RetryLimits = {
  /** Tries of one piece in a row that bring next to nothing. */
  perPiece: number;
  /** Such tries over the whole download; each that succeeds gives one back. */
  perDownload: number;
  /** Milliseconds: the first back-off, the longest one, and the longest a source may ask for. */
  first: number;
  longest: number;
  longestAsked: number;
};

export const PATIENT: RetryLimits = {
  perPiece: 6,
  perDownload: 64,
  first: 250,
  longest: 8_000,
  longestAsked: 120_000,
};

/** Fewer bytes than these do not make a try worth its while: else an origin that drips could be asked for ever. */
const WORTHWHILE = 64 * 1024;

export type Retries = {
  /** Resolves as soon as no origin asks to be left alone; throws the abort's reason. */
  clearance(): Promise<void>;
  /** The tries of one piece, or of one request. */
  ofPiece(): {
    /** Waits before the next try, or throws the failure as final: patience with this request or the whole download is over. */
    after(failure: MayPass, gained: number): Promise<void>;
    succeeded(): void;
  };
};

/** One policy for all the requests of a download: jittered, doubling back-off; an origin's `Retry-After` holds for all of them. */
export function retries(limits: RetryLimits, signal: AbortSignal): Retries {
  let left = limits.perDownload;
  let quietUntil = 0;

  const wait = async (milliseconds: number): Promise<void> => {
    await pause(milliseconds, signal);
    signal.throwIfAborted();
  };

  return {
    async clearance() {
      signal.throwIfAborted();
      for (let rest = quietUntil - Date.now(); rest > 0; rest = quietUntil - Date.now()) await wait(rest);
    },

    ofPiece() {
      let fruitless = 0;
      return {
        async after(failure, gained) {
          if (gained >= WORTHWHILE) fruitless = 0;
          else {
            fruitless += 1;
            left -= 1;
          }
          if (fruitless >= limits.perPiece || left <= 0 || (failure.waitMs ?? 0) > limits.longestAsked) {
            throw new SourceFailed(failure.code, `${failure.message}; no more tries`, { cause: failure });
          }
          if (failure.waitMs !== null) quietUntil = Math.max(quietUntil, Date.now() + failure.waitMs);
          await wait(Math.random() * Math.min(limits.longest, limits.first * 2 ** fruitless));
        },
        succeeded() {
          left = Math.min(limits.perDownload, left + 1);
        },
      };
    },
  };
}
