import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { isAdmitted } from './admission.ts';

const PRESIGNED =
  '/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20261123%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0f';
const SIGNED = { authorization: 'AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/s3/aws4_request, Signature=0f' };
const FORM = { 'content-type': 'multipart/form-data; boundary=x' };

const from = (remoteAddress: string, method: string, url: string, headers: Record<string, string> = {}) =>
  isAdmitted({ socket: { remoteAddress }, method, url, headers } as unknown as IncomingMessage);

test.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])(
  'from this machine (%s) everything is answered',
  (address) => {
    expect(from(address, 'POST', '/', SIGNED)).toBe(true);
    expect(from(address, 'GET', '/_aws/execute-api/x/y')).toBe(true);
  },
);

test('from the network, only what was signed for one use', () => {
  const network = '192.168.1.20';
  expect(from(network, 'GET', PRESIGNED)).toBe(true);
  expect(from(network, 'PUT', PRESIGNED)).toBe(true);
  expect(from(network, 'OPTIONS', '/b/k')).toBe(true);
  expect(from(network, 'POST', '/b', FORM)).toBe(true);

  expect(from(network, 'GET', '/b/k')).toBe(false);
  expect(from(network, 'GET', '/b/k', SIGNED)).toBe(false);
  expect(from(network, 'GET', PRESIGNED, SIGNED)).toBe(false);
  expect(from(network, 'POST', '/b', { ...FORM, ...SIGNED })).toBe(false);
  expect(from(network, 'POST', PRESIGNED.replace('%2Fs3%2F', '%2Fsqs%2F'))).toBe(false);
  expect(from(network, 'GET', `/_aws/execute-api/x${PRESIGNED}`)).toBe(false);
});
