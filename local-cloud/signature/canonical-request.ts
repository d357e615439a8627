import type { IncomingHttpHeaders } from 'node:http';

export type SignedRequest = { method: string; url: string; headers: IncomingHttpHeaders };

/** SigV4's canonical request: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function canonicalRequest(
  request: SignedRequest,
  signed: { service: string; headers: string[]; payloadHash: string },
): string {
  const [path, query = ''] = splitOnce(request.url, '?');
  return [
    request.method,
    signed.service === 's3' ? encodePath(decodePath(path)) : encodePath(normalise(path)),
    canonicalQuery(query),
    ...signed.headers.map((name) => `${name}:${headerValue(request.headers[name])}`),
    '',
    signed.headers.join(';'),
    signed.payloadHash,
  ].join('\n');
}

/** S3 signs the key encoded exactly once, however the client wrote it on the wire. */
function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Every service but S3 signs the path without dot segments, and encodes it once more. */
function normalise(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

function canonicalQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Node reads a header's bytes as Latin-1; what was signed is their UTF-8. */
function headerValue(value: string | string[] | undefined): string {
  return [value ?? '']
    .flat()
    .map((one) => Buffer.from(one, 'latin1').toString().trim().replaceAll(/\s+/g, ' '))
    .join(',');
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}

/** RFC 3986: everything but letters, digits, `-`, `.`, `_` and `~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
