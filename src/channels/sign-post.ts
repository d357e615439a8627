import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };

/** Who signs, where and when. */
export type Signing = { region: string; credentials: Credentials; now: Date };

export type SignedPost = {
  path: string;
  /** Names and values in turn. The sender adds `host`, as in the address, and `content-length`. */
  headers: string[];
};

/** Signs the posting of a body, known by its hex SHA-256, to one connection. */
export type SignPost = (connectionId: string, sha256: string, signing: Signing) => SignedPost;

const CONTENT_TYPE = 'application/octet-stream';

/** All of a signature that neither the connection nor the body changes. */
type Moment = {
  signing: Signing;
  key: KeyObject;
  headers: string[];
  /** Of the canonical request, from the end of the path to the body's hash. */
  canonical: string;
  toSign: string;
  authorization: string;
};

/**
 * SigV4 for `POST {callbackUrl}/@connections/{id}`. What a second and its credentials determine, the derived key among it, is
 * computed once a second: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signPosts(callbackUrl: URL): SignPost {
  const path = `${callbackUrl.pathname.replace(/\/$/, '')}/@connections/`;
  const canonicalPath = path.split('/').map(encode).join('/');
  let last: Moment | undefined;

  return (connectionId, sha256, signing) => {
    if (last === undefined || !areSame(last.signing, signing)) last = momentOf(callbackUrl.host, signing);
    const id = encode(connectionId);
    // Every service but S3 signs the path as it is sent, encoded once more.
    const canonical = `POST\n${canonicalPath}${encode(id)}${last.canonical}${sha256}`;
    const signature = createHmac('sha256', last.key)
      .update(last.toSign + hash('sha256', canonical))
      .digest('hex');
    return { path: path + id, headers: [...last.headers, 'authorization', last.authorization + signature] };
  };
}

function momentOf(host: string, signing: Signing): Moment {
  const { accessKeyId, secretAccessKey, sessionToken } = signing.credentials;
  const timestamp = signing.now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = [timestamp.slice(0, 8), signing.region, 'execute-api', 'aws4_request'];
  const amz = [
    ['x-amz-date', timestamp],
    ...(sessionToken === undefined ? [] : [['x-amz-security-token', sessionToken]]),
  ];
  const signed = [['content-type', CONTENT_TYPE], ['host', host], ...amz];
  const names = signed.map(([name]) => name).join(';');
  const key = scope.reduce(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return {
    signing: { ...signing, credentials: { accessKeyId, secretAccessKey, sessionToken } },
    key: createSecretKey(key),
    headers: ['content-type', CONTENT_TYPE, ...amz.flat()],
    canonical: `\n\n${signed.map((header) => `${header.join(':')}\n`).join('')}\n${names}\n`,
    toSign: `AWS4-HMAC-SHA256\n${timestamp}\n${scope.join('/')}\n`,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=`,
  };
}

function areSame(a: Signing, b: Signing): boolean {
  return (
    secondOf(a.now) === secondOf(b.now) &&
    a.region === b.region &&
    a.credentials.accessKeyId === b.credentials.accessKeyId &&
    a.credentials.secretAccessKey === b.credentials.secretAccessKey &&
    a.credentials.sessionToken === b.credentials.sessionToken
  );
}

function secondOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** RFC 3986: everything but letters, digits, `-`, `.`, `_` and `~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
