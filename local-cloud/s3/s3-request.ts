import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { VerifiedSignature } from '../signature/verify-signature.ts';
import type { Bucket } from './bucket.ts';
import type { ObjectChange } from './announcements.ts';
import type { ParsedBucketSettings } from './bucket-settings.ts';

/** One request, its signature checked and its bucket found. */
export type S3Request = {
  method: string;
  bucket: string;
  key: string;
  query: URLSearchParams;
  /** With the headers that a presigned URL carries in its query. */
  headers: IncomingHttpHeaders;
  message: IncomingMessage;
  signature: VerifiedSignature;
};

export type S3Response = { status: number; headers?: Record<string, string>; body?: string | Readable };

/** What the operations work on. */
export type S3 = {
  now(): Date;
  bucket(name: string): Bucket;
  buckets(): Bucket[];
  createBucket(name: string, settings: ParsedBucketSettings): Promise<void>;
  deleteBucket(name: string): Promise<void>;
  /** Tells who listens, and the targets of the bucket's notifications. */
  announce(change: ObjectChange): Promise<void>;
  /** Sends S3's test message; throws when the target does not take it. */
  testNotification(bucket: string, targetArn: string): Promise<void>;
};

export type Operation = (s3: S3, request: S3Request) => Promise<S3Response>;

export function header(request: { headers: IncomingHttpHeaders }, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
