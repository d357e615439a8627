import { createHash, randomBytes, randomInt } from 'node:crypto';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, test } from 'vitest';
import { type Credentials, signPosts } from '../../src/channels/sign-post.ts';

const { sha256 } = new ApiGatewayManagementApiClient({ region: 'us-east-1' }).config;
const URLS = [
  'https://a1b2c3.execute-api.sa-east-1.amazonaws.com/prod',
  'https://a1b2c3.execute-api.sa-east-1.amazonaws.com/prod/',
  'http://127.0.0.1:4566/_aws/execute-api/ws1/prod',
  'https://sockets.example.com',
];

const oneOf = <T>(values: T[]): T => values[randomInt(values.length)]!;
const text = (bytes: number) => randomBytes(randomInt(1, bytes)).toString('base64');
const someCredentials = (): Credentials => ({
  accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
  secretAccessKey: text(40),
  ...(randomInt(2) === 0 && { sessionToken: text(900) }),
});
const changes = [
  someCredentials,
  (before: Credentials) => ({ ...before, secretAccessKey: text(40) }),
  (before: Credentials) => ({ ...before, sessionToken: text(900) }),
];
const someId = () => oneOf([`${randomBytes(11).toString('base64url')}=`, text(24), "a+b/c%3D (d)!*'é="]);

async function signedBySdk(url: URL, path: string, body: Buffer, credentials: Credentials, region: string, now: Date) {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    service: 'execute-api',
    region,
    sha256,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    applyChecksum: false,
  });
  const { hostname, protocol, host } = url;
  const headers = { host, 'content-type': 'application/octet-stream' };
  const signed = await signer.sign({ method: 'POST', protocol, hostname, path, headers, body }, { signingDate: now });
  const { host: _, ...others } = signed.headers;
  return others;
}

test("signs as the SDK's own signer does, whatever the id, the body, the credentials, the region and the second", async () => {
  for (const address of URLS) {
    const url = new URL(address);
    const sign = signPosts(url);
    let credentials = someCredentials();
    let region = 'us-east-1';
    let now = Date.parse('2026-11-23T23:59:50.000Z');
    for (let round = 0; round < 150; round += 1) {
      // Most things stay the same from one post to the next: what is remembered must not outlive a change.
      if (randomInt(5) === 0) credentials = oneOf(changes)(credentials);
      if (randomInt(10) === 0) region = oneOf(['us-east-1', 'sa-east-1', 'eu-west-3']);
      now += randomInt(400);
      const id = someId();
      const body = randomBytes(randomInt(1, 4096));
      const hash = createHash('sha256').update(body).digest('hex');
      const signed = sign(id, hash, { region, credentials, now: new Date(now) });
      const pairs = signed.headers.flatMap((name, at) => (at % 2 === 0 ? [[name, signed.headers[at + 1]]] : []));
      expect(Object.fromEntries(pairs)).toEqual(
        await signedBySdk(url, signed.path, body, credentials, region, new Date(now)),
      );
      expect(decodeURIComponent(signed.path)).toBe(`${url.pathname.replace(/\/$/, '')}/@connections/${id}`);
    }
  }
});

test('an id is encoded once on the way', () => {
  const sign = signPosts(new URL(URLS[0]!));
  const { path } = sign('L0SM9cOFvHcCIhw=', '', { region: 'r', credentials: someCredentials(), now: new Date() });
  expect(path).toBe('/prod/@connections/L0SM9cOFvHcCIhw%3D');
});
