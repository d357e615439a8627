import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { StreamingService } from '../aws-request.ts';
import { type Notify, openAnnouncements } from './announcements.ts';
import { answerRequest } from './answer-request.ts';
import { checkBucketName, createBucket, openAllBuckets } from './bucket.ts';
import { type BucketSettings, bucketSettings } from './bucket-settings.ts';
import { applyLifecycle } from './lifecycle.ts';
import type { ObjectEvent } from './notifications.ts';
import { describeObject } from './object-headers.ts';
import { type ReadAnswer, readObject } from './read-object.ts';
import { errorDocument, noSuchKey, S3Error } from './s3-error.ts';
import type { S3 } from './s3-request.ts';
import { serially } from './serially.ts';
import { storeObject } from './store-object.ts';
import { verifiedBytes } from './verified-bytes.ts';

export type { BucketSettings, CorsRule, LifecycleRule, NotificationRule } from './bucket-settings.ts';
export type { ObjectEvent } from './notifications.ts';

export type Buckets = {
  /** Path-style requests, their signatures checked: header, presigned query, POST policy. */
  service: StreamingService;
  /** Creates the bucket; one that exists keeps its objects, and takes these settings. */
  create(name: string, settings?: BucketSettings): Promise<void>;
  put(bucket: string, key: string, body: Readable | Buffer, headers?: PutHeaders): Promise<void>;
  /** Answers as S3 does over HTTP: 200, 206, 304, 404, 416. The body must be read to its end or destroyed. */
  get(bucket: string, key: string, conditions?: GetConditions): Promise<ReadAnswer>;
  delete(bucket: string, key: string): Promise<void>;
  /** All keys, in S3's order. */
  list(bucket: string, prefix?: string): Promise<string[]>;
  /** Told of every change of an object, whatever is configured, after it is durable. */
  onObjectEvent(listener: (event: ObjectEvent) => void): void;
  /** Does what is due by the lifecycle rules, of uploads and of objects; to be called from time to time. */
  expireIncompleteUploads(): Promise<void>;
  stop(): Promise<void>;
};

type PutHeaders = { contentType?: string; cacheControl?: string; metadata?: Record<string, string> };
type GetConditions = { range?: string; ifNoneMatch?: string; ifModifiedSince?: string; method?: 'GET' | 'HEAD' };

type Options = {
  dir: string;
  now?: () => Date;
  /** Delivers a notification to a queue, function or topic; when it throws, it is tried again twice. */
  notify?: Notify;
};

/** Opens the buckets kept in a directory. Whatever was answered is there again after a kill; half-done work is removed. */
export async function openBuckets({ dir, now = () => new Date(), notify = nobody }: Options): Promise<Buckets> {
  const buckets = await openAllBuckets(dir);
  const inTurn = serially();
  const announcements = openAnnouncements(now, notify);

  const s3: S3 = {
    now,
    bucket(name) {
      const bucket = buckets.get(name);
      if (bucket === undefined)
        throw new S3Error('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: name });
      return bucket;
    },
    buckets: () => [...buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    createBucket: (name, settings) =>
      inTurn(name, async () => {
        checkBucketName(name);
        const existing = buckets.get(name);
        if (existing !== undefined) return existing.configure({ ...NO_SETTINGS, ...settings });
        buckets.set(name, await createBucket(join(dir, name), { name, createdAt: now().toISOString(), settings }));
      }),
    deleteBucket: (name) =>
      inTurn(name, async () => {
        await s3.bucket(name).remove();
        buckets.delete(name);
      }),
    announce: (change) => announcements.announce(change, buckets.get(change.bucket)?.settings().notifications ?? []),
    testNotification: (bucket, targetArn) => announcements.test(bucket, targetArn),
  };

  return {
    service: { request: (message, response) => answerRequest(s3, message, response) },
    create: async (name, settings = {}) => s3.createBucket(name, bucketSettings.parse(settings)),
    async put(name, key, body, { contentType, cacheControl, metadata = {} } = {}) {
      const described = {
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
        ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
      };
      await storeObject(s3, {
        bucket: s3.bucket(name),
        key,
        body: verifiedBytes(buffersOf(body), {}),
        description: describeObject(described),
        eventName: 'ObjectCreated:Put',
      });
    },
    async get(name, key, { method = 'GET', ...conditions } = {}) {
      try {
        const bucket = s3.bucket(name);
        const object = bucket.objects.get(key);
        if (object === undefined) throw noSuchKey(key);
        return readObject(bucket, object, { ...conditions, withBody: method === 'GET' });
      } catch (error) {
        if (!(error instanceof S3Error)) throw error;
        const document = Buffer.from(errorDocument(error, `/${name}/${key}`, ''));
        const headers = { 'content-type': 'application/xml', 'content-length': String(document.length) };
        return { status: error.status, headers, ...(method === 'GET' && { body: Readable.from([document]) }) };
      }
    },
    async delete(bucket, key) {
      const removed = await s3.bucket(bucket).objects.remove(key);
      if (removed !== undefined)
        await s3.announce({ bucket, key, eventName: 'ObjectRemoved:Delete', size: 0, etag: '' });
    },
    async list(name, prefix = '') {
      const { keys } = s3.bucket(name).objects;
      const [from, to] = [keys.from(prefix), keys.beyond(prefix)];
      return Array.from({ length: to - from }, (_, index) => keys.at(from + index) ?? '');
    },
    onObjectEvent: (listener) => announcements.listen(listener),
    async expireIncompleteUploads() {
      for (const bucket of buckets.values()) await applyLifecycle(s3, bucket);
    },
    // Nothing is held open between requests: everything answered is on disk already.
    stop: async () => undefined,
  };
}

const NO_SETTINGS = { cors: undefined, lifecycle: undefined, notifications: undefined };

async function nobody(targetArn: string): Promise<void> {
  throw new Error(`nothing here delivers notifications to ${targetArn}`);
}

async function* buffersOf(body: Readable | Buffer): AsyncGenerator<Buffer> {
  if (Buffer.isBuffer(body)) yield body;
  else
    for await (const chunk of body) {
      const bytes: unknown = chunk;
      if (typeof bytes === 'string') yield Buffer.from(bytes);
      else if (bytes instanceof Uint8Array) yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      else throw new TypeError('a body is made of bytes or text');
    }
}
