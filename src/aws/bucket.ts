import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { create as contentDisposition } from 'content-disposition';
import { crc32 } from 'node:zlib';
import { aimAt, hostnameOf, leaveBodyUnsigned } from './s3-request.ts';

/** A part that S3 has: what `completeUpload` must name. */
export type StoredPart = { number: number; etag: string; crc32: string };

type Upload = { key: string; uploadId: string };

export type MediaBucket = {
  putObject(object: { key: string; body: Buffer; contentType: string | null }): Promise<void>;
  createUpload(object: { key: string; contentType: string | null }): Promise<string>;
  /** The body must not change until this is settled. S3 refuses the part if it arrives damaged. */
  uploadPart(part: Upload & { number: number; body: Buffer; signal?: AbortSignal }): Promise<StoredPart>;
  completeUpload(upload: Upload & { parts: readonly StoredPart[] }): Promise<void>;
  /** Frees the parts. An upload that is gone already is no error. */
  abortUpload(upload: Upload): Promise<void>;
  deleteObject(key: string): Promise<void>;
  presignedGet(key: string, link: FileLink): Promise<string>;
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
      return { number, etag: given(ETag, 'ETag'), crc32: crc };
    },

    async completeUpload({ parts, ...to }) {
      const Parts = parts.map((part) => ({ PartNumber: part.number, ETag: part.etag, ChecksumCRC32: part.crc32 }));
      const command = new CompleteMultipartUploadCommand({ ...upload(to), MultipartUpload: { Parts } });
      await client.send(command);
    },

    async abortUpload(which) {
      try {
        await client.send(new AbortMultipartUploadCommand(upload(which)));
      } catch (error) {
        if (!(error instanceof Error && error.name === 'NoSuchUpload')) throw error;
      }
    },

    async deleteObject(key) {
      await client.send(new DeleteObjectCommand(at(key)));
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
  };
}

function checksum(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

function typed(contentType: string | null) {
  return contentType === null ? {} : { ContentType: contentType };
}

function given(value: string | undefined, name: string): string {
  if (value === undefined) throw new Error(`S3 answered without ${name}`);
  return value;
}
