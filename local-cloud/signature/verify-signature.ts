import type { IncomingHttpHeaders } from 'node:http';

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

export type SignedRequest = { method: string; url: string; headers: IncomingHttpHeaders };

/**
 * Checks a SigV4 signature made for one of this cloud's credentials, from the `Authorization` header or a presigned query.
 * `payloadHash` is the hex SHA-256 of the body, or null to take the caller's `x-amz-content-sha256` (S3 compares that itself).
 * Throws SignatureRefused.
 */
export function verifySignature(_request: SignedRequest, _payloadHash: string | null, _now: Date): void {
  throw new SignatureRefused('NotBuiltYet', 'signature checking is being written');
}
