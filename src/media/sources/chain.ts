import type { Inspection } from '../../../contract/inspection.ts';
import type { Quality } from '../../../contract/download.ts';
import { ANY_HOST, type HostRules, isAllowedHost } from '../host-rules.ts';
import { SourceFailed } from '../source-failed.ts';
import type { Resolved, Source } from '../source.ts';
import { SourceBroken } from './source-broken.ts';

export type SourceChain = {
  /** What to download for a URL and quality, and from which source. Throws SourceFailed, or the abort's reason. */
  resolve: (url: string, quality: Quality, signal: AbortSignal) => Promise<Resolved & { source: string }>;
  /** What there is to download, without downloading it. Throws as `resolve` does. */
  inspect: (url: string, signal: AbortSignal) => Promise<Inspection>;
};

type Limits = { hosts: HostRules; maxDurationSeconds: number };
const UNLIMITED: Limits = { hosts: ANY_HOST, maxDurationSeconds: Number.POSITIVE_INFINITY };

/**
 * Asks the sources in their order. Only a broken one passes the question on: what a site says of the media itself (private,
 * live, too many requests…) is its answer, and asking again in other ways would only harm this server's address.
 */
export function sourceChain(sources: readonly Source[], limits: Limits = UNLIMITED): SourceChain {
  async function first<T>(url: string, ask: (source: Source, url: URL) => Promise<T>): Promise<T & { source: string }> {
    const target = new URL(url);
    if (!isAllowedHost(target.hostname, limits.hosts)) throw new SourceFailed('host_not_allowed', target.host);
    const able = sources.filter((source) => source.handles(target));
    const broken: SourceBroken[] = [];
    for (const source of able) {
      try {
        return { ...(await ask(source, target)), source: source.name };
      } catch (error) {
        if (!(error instanceof SourceBroken)) throw error;
        broken.push(error);
      }
    }
    if (able.length === 0) throw new SourceFailed('source_unsupported', target.host);
    const reasons = broken.map((error) => error.message).join('; ');
    throw new SourceFailed('source_broken', reasons, { cause: new AggregateError(broken) });
  }

  return {
    async resolve(url, quality, signal) {
      const resolved = await first(url, (source, target) => source.resolve(target, quality, signal));
      const { duration } = resolved;
      if (duration !== null && duration > limits.maxDurationSeconds) {
        throw new SourceFailed('too_long', `${duration} of at most ${limits.maxDurationSeconds} seconds`);
      }
      return resolved;
    },
    inspect: (url, signal) => first(url, (source, target) => source.inspect(target, signal)),
  };
}
