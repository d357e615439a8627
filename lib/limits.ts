import type { Config } from './config.ts';

/** Where media may not come from, for the functions that ask for it. */
export function hostLimits({ allowedHosts, deniedHosts }: Config) {
  return { ALLOWED_HOSTS: allowedHosts.join(','), DENIED_HOSTS: deniedHosts.join(',') };
}

/** How long what has ended is kept, for the functions that end downloads. */
export function retention({ retentionDays }: Config) {
  return { RETENTION_DAYS: String(retentionDays ?? '') };
}
