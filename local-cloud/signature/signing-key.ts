import { createHmac, timingSafeEqual } from 'node:crypto';
import { CREDENTIALS, REGION } from '../aws-request.ts';

/** What a credential is good for: one day, one region, one service. `date` is `YYYYMMDD`. */
export type Scope = { date: string; region: string; service: string };

/** The access key of a `Credential`, and the scope that follows it; undefined when it is malformed. */
export function parseCredential(credential: string): { accessKeyId: string; scope: Scope } | undefined {
  const [, accessKeyId, date, region, service] =
    /^(.+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request$/.exec(credential) ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined) return;
  return { accessKeyId, scope: { date, region, service } };
}

const KEYS_REMEMBERED = 16;
const keys = new Map<string, Buffer>();

/** SigV4's derived key for this cloud's credentials; remembered, because each request asks for one of a few. */
export function signingKey(scope: Scope): Buffer {
  const name = scopeText(scope);
  const known = keys.get(name);
  if (known !== undefined) return known;
  if (keys.size === KEYS_REMEMBERED) keys.clear();
  const key = derivedKey(scope);
  keys.set(name, key);
  return key;
}

function derivedKey(scope: Scope): Buffer {
  return [scope.date, scope.region, scope.service, 'aws4_request'].reduce(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${CREDENTIALS.secretAccessKey}`),
  );
}

/** Whether `signature` (hex) is the key's signature of the text, compared in constant time. */
export function isSignatureOf(text: string, key: Buffer, signature: string): boolean {
  const expected = createHmac('sha256', key).update(text).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export function scopeText(scope: Scope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

export function isKnownKey(accessKeyId: string): boolean {
  return accessKeyId === CREDENTIALS.accessKeyId;
}

export function isKnownRegion(scope: Scope): boolean {
  return scope.region === REGION;
}
