import type { LookupAddress, lookup } from 'node:dns';

/** A DNS that gives every name these addresses. */
export function dnsAnswering(...addresses: string[]): typeof lookup {
  const answer = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return ((_name: string, _options: unknown, callback: (error: null, all: LookupAddress[]) => void) =>
    callback(null, answer)) as never;
}
