import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';

/** What stands behind an origin's domain name, in this process. */
export type OriginTarget = HttpTarget | BucketTarget;

export type HttpTarget = {
  kind: 'http';
  /** `request.url` has the origin path and the rewritten uri; the viewer's address is the last of `x-forwarded-for`. */
  request(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer, url: string): Promise<void>;
};

export type BucketTarget = {
  kind: 'bucket';
  /** Whether its policy grants `s3:ListBucket`: without it, S3 does not say that a key is missing. */
  listable: boolean;
  get(key: string, conditions: BucketConditions): Promise<BucketAnswer>;
};

export type BucketConditions = {
  method: 'GET' | 'HEAD';
  range?: string;
  ifNoneMatch?: string;
  ifModifiedSince?: string;
};

type BucketAnswer = { status: number; headers: Record<string, string>; body?: Readable };
