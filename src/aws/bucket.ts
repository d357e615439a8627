import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  NotFound,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { create as contentDisposition } from 'content-disposition';
import { crc32 } from 'node:zlib';
import { aimAt, hostnameOf, leaveBodyUnsigned } from './s3-request.ts';

/** A part that S3 has: what `completeUpload` must name. */
export type StoredPart = { number: number; bytes: number; etag: string; crc32: string };

type Upload = { key: string; uploadId: string };

export type MediaBucket = {
  putObject(object: { key: string; body: Buffer; contentType: string | null }): Promise<void>;
  createUpload(object: { key: string; contentType: string | null }): Promise<string>;
  /** The body must not change until this is settled. S3 refuses the part if it arrives damaged. */
  uploadPart(part: Upload & { number: number; body: Buffer; signal?: AbortSignal }): Promise<StoredPart>;
  completeUpload(upload: Upload & { parts: readonly StoredPart[] }): Promise<void>;
  /** The parts that S3 has, by their number. */
  listParts(upload: Upload): Promise<StoredPart[]>;
  /** Frees the parts. An upload that is gone already is no error. */
  abortUpload(upload: Upload): Promise<void>;
  deleteObject(key: string): Promise<void>;
  /** Null: there is no such object. */
  headObject(key: string): Promise<{ bytes: number } | null>;
  /** Unfinished uploads, and below objects, whose keys begin so: at most a thousand. */
  listUploads(prefix: string): Promise<Upload[]>;
  listKeys(prefix: string): Promise<string[]>;
  presignedGet(key: string, link: FileLink): Promise<string>;
  /** The bytes from `start` up to, not including, `end`: all of them. */
  getRange(key: string, start: number, end: number, signal: AbortSignal): Promise<Buffer>;
};

type FileLink = {
  fileName: string;
  contentType?: string | null;
  expiresSeconds: number;
  /** The `Host` the viewer used; it counts in the local run alone, so that a phone on the LAN reaches the file. */
  viewerHost?: string | undefined;
};

export function mediaBucket(client: S3Client, name: string): MediaBucket {
  const at = (key: string) => ({ Bucket: name, Key: key });
  const upload = ({ key, uploadId }: Upload) => ({ ...at(key), UploadId: uploadId });
  return {
    async putObject({ key, body, contentType }) {
      const command = new PutObjectCommand({
        ...at(key),
        ...typed(contentType),
        Body: body,
        ContentLength: body.length,
        ChecksumCRC32: checksum(body),
      });
      command.middlewareStack.add(
        (next) => (args) => {
          leaveBodyUnsigned(args.request);
          return next(args);
        },
        { step: 'build' },
      );
      await client.send(command);
    },

    async createUpload({ key, contentType }) {
      const command = new CreateMultipartUploadCommand({
        ...at(key),
        ...typed(contentType),
        ChecksumAlgorithm: 'CRC32',
      });
      const { UploadId } = await client.send(command);
      return given(UploadId, 'UploadId');
    },

    async uploadPart({ number, body, signal, ...to }) {
      const crc = checksum(body);
      const command = new UploadPartCommand({
        ...upload(to),
        PartNumber: number,
        Body: body,
        ContentLength: body.length,
        ChecksumCRC32: crc,
      });
      command.middlewareStack.add(
        (next) => (args) => {
          leaveBodyUnsigned(args.request);
          return next(args);
        },
        { step: 'build' },
      );
      const { ETag } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
      return { number, bytes: body.length, etag: given(ETag, 'ETag'), crc32: crc };
    },

    async completeUpload({ parts, ...to }) {
      const Parts = parts.map((part) => ({ PartNumber: part.number, ETag: part.etag, ChecksumCRC32: part.crc32 }));
      const command = new CompleteMultipartUploadCommand({ ...upload(to), MultipartUpload: { Parts } });
      await client.send(command);
    },

    async listParts(which) {
      const parts: StoredPart[] = [];
      // Not the SDK's paginator: it takes the marker that S3 sends with the last page too for another page.
      for (let marker: string | undefined, more = true; more;) {
        const command = new ListPartsCommand({ ...upload(which), PartNumberMarker: marker });
        const { Parts = [], IsTruncated = false, NextPartNumberMarker } = await client.send(command);
        [marker, more] = [NextPartNumberMarker, IsTruncated];
        for (const { PartNumber, Size, ETag, ChecksumCRC32 } of Parts) {
          parts.push({
            number: given(PartNumber, 'PartNumber'),
            bytes: given(Size, 'Size'),
            etag: given(ETag, 'ETag'),
            crc32: given(ChecksumCRC32, 'ChecksumCRC32'),
          });
        }
      }
      return parts;
    },

    async abortUpload(which) {
      try {
        await client.send(new AbortMultipartUploadCommand(upload(which)));
      } catch (error) {
        if (!noSuchUpload(error)) throw error;
      }
    },

    async deleteObject(key) {
      await client.send(new DeleteObjectCommand(at(key)));
    },

    async headObject(key) {
      try {
        const { ContentLength } = await client.send(new HeadObjectCommand(at(key)));
        return { bytes: given(ContentLength, 'ContentLength') };
      } catch (error) {
        if (error instanceof NotFound) return null;
        throw error;
      }
    },

    async listUploads(Prefix) {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name, Prefix }));
      return Uploads.map(({ Key, UploadId }) => ({ key: given(Key, 'Key'), uploadId: given(UploadId, 'UploadId') }));
    },

    async listKeys(Prefix) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name, Prefix }));
      return Contents.map(({ Key }) => given(Key, 'Key'));
    },

    async presignedGet(key, { fileName, contentType, expiresSeconds, viewerHost }) {
      const command = new GetObjectCommand({
        ...at(key),
        ResponseContentDisposition: contentDisposition(fileName),
        ...(contentType && { ResponseContentType: contentType }),
      });
      const hostname = client.config.isCustomEndpoint === true ? hostnameOf(viewerHost) : undefined;
      if (hostname !== undefined) {
        command.middlewareStack.add(
          (next) => (args) => {
            aimAt(hostname, args.request);
            return next(args);
          },
          // Before the SDK writes the `host` header.
          { step: 'build', priority: 'high' },
        );
      }
      return getSignedUrl(client, command, { expiresIn: expiresSeconds });
    },

    async getRange(key, start, end, signal) {
      const command = new GetObjectCommand({ ...at(key), Range: `bytes=${start}-${end - 1}` });
      const { Body } = await client.send(command, { abortSignal: signal });
      const bytes = await given(Body, 'Body').transformToByteArray();
      if (bytes.length !== end - start) throw new Error(`S3 sent ${bytes.length} bytes instead of ${end - start}`);
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    },
  };
}

/** The upload was aborted or completed meanwhile. */
export function noSuchUpload(error: unknown): boolean {
  return error instanceof Error && error.name === 'NoSuchUpload';
}

function checksum(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

function typed(contentType: string | null) {
  return contentType === null ? {} : { ContentType: contentType };
}

function given<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`S3 answered without ${name}`);
  return value;
}
