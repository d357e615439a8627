import { createHash } from 'node:crypto';
import { REGION } from '../aws-request.ts';
import { canonicalRequest, type SignedRequest } from './canonical-request.ts';
import {
  isKnownKey,
  isKnownRegion,
  isSignatureOf,
  parseCredential,
  type Scope,
  scopeText,
  signingKey,
} from './signing-key.ts';

export type { SignedRequest } from './canonical-request.ts';

/** Why a request's signature was refused, in S3's words: `SignatureDoesNotMatch`, `AccessDenied`, `InvalidAccessKeyId`… */
export class SignatureRefused extends Error {
  override readonly name = 'SignatureRefused';
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 403) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A signature that held, with what is needed to check the signatures chained to it (S3's signed chunks). */
export type VerifiedSignature = { scope: Scope; timestamp: string; signature: string; presigned: boolean };

type Claim = { credential: string; signedHeaders: string[]; signature: string; timestamp: string; expires?: string };

const MAX_SKEW_MS = 15 * 60_000;
const MAX_EXPIRES_SECONDS = 7 * 24 * 3600;

/**
 * Checks a SigV4 signature made for one of this cloud's credentials, from the `Authorization` header or a presigned query.
 * `payloadHash` is the hex SHA-256 of the body, or null to take the caller's `x-amz-content-sha256` (S3 compares that itself).
 * Throws SignatureRefused.
 */
export function verifySignature(request: SignedRequest, payloadHash: string | null, now: Date): VerifiedSignature {
  const query = new URLSearchParams(request.url.split('?').slice(1).join('?'));
  const presigned = query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature');
  const claim = presigned ? queryClaim(request, query) : headerClaim(request, payloadHash);
  const credential = parseCredential(claim.credential);
  if (credential === undefined) throw malformed(presigned, 'the Credential is mal-formed');
  const { accessKeyId, scope } = credential;
  if (!isKnownKey(accessKeyId))
    throw new SignatureRefused(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  if (!isKnownRegion(scope)) throw malformed(presigned, `the region '${scope.region}' is wrong; expecting '${REGION}'`);
  checkTime(claim, scope, now);
  checkHeaders(request, claim.signedHeaders);
  const canonical = canonicalRequest(request, {
    service: scope.service,
    headers: claim.signedHeaders,
    payloadHash: payloadHash ?? declaredPayload(request, query, presigned),
  });
  const hash = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', claim.timestamp, scopeText(scope), hash].join('\n');
  if (!isSignatureOf(text, signingKey(scope), claim.signature))
    throw new SignatureRefused(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  return { scope, timestamp: claim.timestamp, signature: claim.signature, presigned };
}

function headerClaim({ headers }: SignedRequest, payloadHash: string | null): Claim {
  if (headers.authorization === undefined)
    throw payloadHash === null
      ? new SignatureRefused('AccessDenied', 'Access Denied')
      : new SignatureRefused('MissingAuthenticationToken', 'Request is missing Authentication Token');
  const [algorithm, ...rest] = headers.authorization.split(' ');
  if (algorithm !== 'AWS4-HMAC-SHA256')
    throw new SignatureRefused('InvalidRequest', 'Please use AWS4-HMAC-SHA256.', 400);
  const parts = new URLSearchParams(rest.join('').replaceAll('+', '%2B').replaceAll(',', '&'));
  const timestamp = headers['x-amz-date'];
  if (typeof timestamp !== 'string')
    throw new SignatureRefused('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  return {
    credential: parts.get('Credential') ?? '',
    signedHeaders: (parts.get('SignedHeaders') ?? '').split(';'),
    signature: parts.get('Signature') ?? '',
    timestamp,
  };
}

function queryClaim({ headers }: SignedRequest, query: URLSearchParams): Claim {
  if (headers.authorization !== undefined)
    throw new SignatureRefused('InvalidArgument', 'Only one auth mechanism allowed', 400);
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    throw malformed(true, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const [credential, signedHeaders, signature, timestamp, expires] = [
    'Credential',
    'SignedHeaders',
    'Signature',
    'Date',
    'Expires',
  ].map((name) => {
    const [value, ...others] = query.getAll(`X-Amz-${name}`);
    if (value === undefined || others.length > 0) throw malformed(true, `X-Amz-${name} must be given once`);
    return value;
  });
  if (credential === undefined || signature === undefined || timestamp === undefined || expires === undefined)
    throw malformed(true, 'a parameter is missing');
  if (!/^\d+$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_EXPIRES_SECONDS)
    throw malformed(true, 'X-Amz-Expires must be between 1 and 604800 seconds');
  return { credential, signedHeaders: (signedHeaders ?? '').split(';'), signature, timestamp, expires };
}

function checkTime({ timestamp, expires }: Claim, scope: Scope, now: Date): void {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
  const signedAt = Date.parse(timestamp.replace(basic, '$1-$2-$3T$4:$5:$6Z'));
  if (!basic.test(timestamp) || Number.isNaN(signedAt) || !timestamp.startsWith(scope.date))
    throw malformed(expires !== undefined, 'the date is mal-formed or differs from the Credential');
  const age = now.getTime() - signedAt;
  if (expires === undefined) {
    if (Math.abs(age) > MAX_SKEW_MS)
      throw new SignatureRefused(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
      );
    return;
  }
  if (age < -MAX_SKEW_MS) throw new SignatureRefused('AccessDenied', 'Request is not valid yet');
  if (age > Number(expires) * 1000) throw new SignatureRefused('AccessDenied', 'Request has expired');
}

/** An `x-amz-` header that nobody signed could change what the request means. */
function checkHeaders({ headers }: SignedRequest, signed: string[]): void {
  const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (!signed.includes('host')) unsigned.push('host');
  if (unsigned.length > 0)
    throw new SignatureRefused(
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
    );
}

function declaredPayload({ headers }: SignedRequest, query: URLSearchParams, presigned: boolean): string {
  const declared = headers['x-amz-content-sha256'] ?? query.get('X-Amz-Content-Sha256');
  if (typeof declared === 'string') return declared;
  if (presigned) return 'UNSIGNED-PAYLOAD';
  throw new SignatureRefused('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256', 400);
}

function malformed(presigned: boolean, why: string): SignatureRefused {
  return presigned
    ? new SignatureRefused('AuthorizationQueryParametersError', `Error parsing the query parameters: ${why}.`, 400)
    : new SignatureRefused('AuthorizationHeaderMalformed', `The authorization header is malformed: ${why}.`, 400);
}
