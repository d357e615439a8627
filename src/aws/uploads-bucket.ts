import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { hostnameOf } from './s3-request.ts';
import { GetObjectCommand, HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** The file is no longer there, or another has taken its place. */
export class FileMissing extends Error {
  override readonly name = 'FileMissing';
  readonly code: 'file_gone' | 'file_changed';
  constructor(code: 'file_gone' | 'file_changed', options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

/** A form that a file is sent by, to be posted to `url` with `fields` before it. */
export type UploadForm = { url: string; fields: Record<string, string> };

export type UploadFormTerms = {
  /** S3 takes a file of so many bytes and no other. */
  bytes: { least: number; most: number };
  expiresSeconds: number;
  /** The `Host` the viewer used; it counts in the local run alone, so that a phone on the LAN reaches the bucket. */
  viewerHost?: string | undefined;
};

export type UploadsBucket = {
  put(key: string, body: Uint8Array): Promise<void>;
  presignedPost(key: string, terms: UploadFormTerms): Promise<UploadForm>;
  /** Null: there is no such file. */
  head(key: string): Promise<{ bytes: number; etag: string } | null>;
  /** The bytes from `start` up to, not including, `end`, of the file with this etag; throws FileMissing. */
  range(key: string, range: { start: number; end: number; etag: string }, signal?: AbortSignal): Promise<Buffer>;
};

/** Where the files to import are. */
export function uploadsBucket(client: S3Client, name: string): UploadsBucket {
  const at = (key: string) => ({ Bucket: name, Key: key });
  return {
    async put(key, body) {
      await client.send(new PutObjectCommand({ ...at(key), Body: body, ContentType: 'text/csv' }));
    },

    async presignedPost(key, { bytes, expiresSeconds, viewerHost }) {
      const { url, fields } = await createPresignedPost(client, {
        ...at(key),
        Fields: { 'Content-Type': 'text/csv' },
        Conditions: [['content-length-range', bytes.least, bytes.most]],
        Expires: expiresSeconds,
      });
      const hostname = client.config.isCustomEndpoint === true ? hostnameOf(viewerHost) : undefined;
      return { url: hostname === undefined ? url : aimedAt(hostname, url), fields };
    },

    async head(key) {
      try {
        const { ContentLength = 0, ETag = '' } = await client.send(new HeadObjectCommand(at(key)));
        return { bytes: ContentLength, etag: ETag };
      } catch (error) {
        if (error instanceof NotFound) return null;
        throw error;
      }
    },

    async range(key, { start, end, etag }, signal) {
      const command = new GetObjectCommand({ ...at(key), Range: `bytes=${start}-${end - 1}`, IfMatch: etag });
      try {
        const { Body } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        if (bytes.length !== end - start) throw new Error(`S3 sent ${bytes.length} bytes instead of ${end - start}`);
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      } catch (error) {
        throw missing(error) ?? error;
      }
    },
  };
}

function aimedAt(hostname: string, url: string): string {
  const aimed = new URL(url);
  aimed.hostname = hostname;
  return aimed.href;
}

function missing(cause: unknown): FileMissing | null {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'NoSuchKey' || name === 'NotFound') return new FileMissing('file_gone', { cause });
  return name === 'PreconditionFailed' || name === 'InvalidRange' ? new FileMissing('file_changed', { cause }) : null;
}
