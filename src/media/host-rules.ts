export type HostRules = {
  /** Nothing else may be asked for; none: everything may. */
  allowed: readonly string[];
  denied: readonly string[];
};

export const ANY_HOST: HostRules = { allowed: [], denied: [] };

/** Whether a URL's hostname is one of these hosts, or below one of them. */
export function isAmong(hostname: string, hosts: readonly string[]): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return hosts.some((host) => name === host || name.endsWith(`.${host}`));
}

/** Whether people may ask for what is at a host. */
export function isAllowedHost(hostname: string, { allowed, denied }: HostRules): boolean {
  return !isAmong(hostname, denied) && (allowed.length === 0 || isAmong(hostname, allowed));
}
