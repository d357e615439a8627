import { describe, expect, test } from 'vitest';
import { guardedLookup, isForbiddenHost, isPublicAddress } from '../../src/media/address-guard.ts';
import { dnsAnswering } from '../support/dns-answering.ts';

describe('a public address', () => {
  test.each([
    '8.8.8.8',
    '93.184.215.14',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s may be reached', (address) => expect(isPublicAddress(address)).toBe(true));

  test.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['this network', '0.0.0.0'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['cloud metadata', '169.254.169.254'],
    ['container credentials', '169.254.170.2'],
    ['protocol assignments', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['benchmarking', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['unique local', 'fd00::1'],
    ['cloud metadata', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['mapped loopback', '::ffff:127.0.0.1'],
    ['mapped loopback in hexadecimal', '::ffff:7f00:1'],
    ['mapped metadata', '::ffff:a9fe:a9fe'],
    ['translatable private', '::ffff:0:10.0.0.1'],
    ['compatible loopback', '::127.0.0.1'],
    ['NAT64 private', '64:ff9b::a00:1'],
    ['local NAT64', '64:ff9b:1::808:808'],
    ['6to4 private', '2002:a00:1::1'],
    ['6to4', '2002:808:808::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['documentation', '2001:db8::1'],
    ['discard', '100::1'],
    ['no address', 'example.com'],
    ['nothing', ''],
  ])('%s %s may not be reached', (_kind, address) => expect(isPublicAddress(address)).toBe(false));
});

describe('the host of a URL', () => {
  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://0/',
    'http://127.0.0.1./',
    'http://①②⑦.⓪.⓪.①/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:ffff:7f00:0001]/',
    'http://[fd00:ec2::254]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://api.localhost/',
    'http://printer.local/',
    'http://metadata.google.internal/',
  ])('%s is private by its spelling alone', (url) => expect(isForbiddenHost(new URL(url).hostname)).toBe(true));

  test.each([
    'http://example.com/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://localhost.example.com/',
    'https://mylocal/',
    'https://internal.example.com/',
  ])('%s is left to DNS', (url) => expect(isForbiddenHost(new URL(url).hostname)).toBe(false));
});

describe('a lookup for a socket', () => {
  const look = (all: boolean, ...addresses: string[]) =>
    new Promise((resolve, reject) => {
      const answer = (error: Error | null, address: unknown, family?: number) =>
        error === null ? resolve(all ? address : { address, family }) : reject(error);
      guardedLookup(dnsAnswering(...addresses))('media.example', { all }, answer);
    });

  test('hands on all addresses of a public name', async () => {
    expect(await look(true, '8.8.8.8', '2606:4700:4700::1111')).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700:4700::1111', family: 6 },
    ]);
  });

  test('hands on the first address to a socket that wants one', async () => {
    expect(await look(false, '8.8.8.8', '1.1.1.1')).toEqual({ address: '8.8.8.8', family: 4 });
  });

  test.each([true, false])('refuses a name with one private address among public ones (all: %s)', async (all) => {
    await expect(look(all, '8.8.8.8', '10.0.0.1')).rejects.toMatchObject({ code: 'source_forbidden' });
  });
});
