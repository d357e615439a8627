import type { LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { SourceFailed } from './source-failed.ts';

/** IANA gives public addresses out of this block alone: whatever lies outside is refused without having to be named. */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Prefixes with an IPv4 address in their last 32 bits: mapped, translatable (RFC 6145) and NAT64 (RFC 6052). */
const EMBEDDED_V4 = ['::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96'].map((cidr) => ipaddr.IPv6.parseCIDR(cidr));

const PRIVATE_NAME = /(^|\.)(localhost|local|internal)$/;

/** Whether an IP address, as text, is one of the public internet. Text that is no address is not. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast';
  if (EMBEDDED_V4.some((block) => address.match(block))) {
    return new ipaddr.IPv4(address.toByteArray().slice(12)).range() === 'unicast';
  }
  return address.match(GLOBAL_UNICAST_V6) && address.range() === 'unicast';
}

/**
 * Whether a URL's hostname is private by its name or literal address alone. A name that *resolves* to a private address
 * is met at connect time. Takes the hostname from `new URL(…)`, which has already made `0x7f.1` into `127.0.0.1`.
 */
export function isForbiddenHost(hostname: string): boolean {
  const host = literalOf(hostname).toLowerCase().replace(/\.$/, '');
  return ipaddr.isValid(host) ? !isPublicAddress(host) : host === '' || PRIVATE_NAME.test(host);
}

/**
 * A lookup for sockets. It checks the very addresses that will be dialled, so that no second DNS answer can swap them; one
 * private address among them refuses the name.
 */
export function guardedLookup(lookup: typeof systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, []);
      const refused = addresses.find(({ address }) => !isPublicAddress(address));
      if (refused !== undefined) return callback(forbidden(hostname, refused.address), []);
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      callback(null, first?.address ?? '', first?.family);
    });
  };
}

export function forbidden(hostname: string, address: string): SourceFailed {
  return new SourceFailed('source_forbidden', `${hostname} is ${address}`);
}

/** The hostname without the brackets a URL puts around IPv6. */
function literalOf(hostname: string): string {
  return hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
}
