import type { Dispatcher } from 'undici';
import type { MediaSourcesEnv } from '../../contract/env.ts';
import { guardedDispatcher } from './guarded-fetch.ts';
import { sourceChain, type SourceChain } from './sources/chain.ts';
import { configuredSources } from './sources/configured.ts';

/** The sources that the environment names, and the guarded connections through which they and all media are asked. */
export function mediaSources(
  env: MediaSourcesEnv,
  { connections }: { connections?: number } = {},
): { sources: SourceChain; dispatcher: Dispatcher } {
  const hostOverrides = env.FASTTRACK_HOST_OVERRIDES;
  const dispatcher = guardedDispatcher({
    allowPrivate: env.FASTTRACK_ALLOW_PRIVATE_SOURCES,
    hostOverrides,
    deniedHosts: env.DENIED_HOSTS,
    ...(connections !== undefined && { connections }),
  });
  const configured = configuredSources({
    dispatcher,
    order: env.SOURCES,
    youtubeClients: env.YOUTUBE_CLIENTS,
    ytDlp: env.YT_DLP_PATH === undefined ? undefined : { path: env.YT_DLP_PATH, hosts: env.YT_DLP_HOSTS },
    hostOverrides,
  });
  const hosts = { allowed: env.ALLOWED_HOSTS, denied: env.DENIED_HOSTS };
  const limits = { hosts, maxDurationSeconds: env.MAX_DURATION_SECONDS };
  return { sources: sourceChain(configured, limits), dispatcher };
}
