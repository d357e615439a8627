import type { Bucket } from './bucket.ts';
import type { Checksum } from './checksums.ts';
import type { Description, Precondition, StoredObject } from './object-store.ts';
import type { S3 } from './s3-request.ts';
import type { VerifiedBytes } from './verified-bytes.ts';

type NewObject = {
  bucket: Bucket;
  key: string;
  body: VerifiedBytes;
  description: Description;
  precondition?: Precondition;
  eventName: string;
};

/** Stores an object whose bytes arrive in one piece, and tells of it. Nothing changes when a byte is wrong or missing. */
export async function storeObject(s3: S3, { bucket, body, ...given }: NewObject): Promise<StoredObject> {
  const segment = await bucket.files.write(body.bytes);
  const facts = body.facts();
  const checksum: Checksum | undefined = facts.checksum && { ...facts.checksum, type: 'FULL_OBJECT' };
  const object: StoredObject = {
    ...given.description,
    key: given.key,
    size: facts.size,
    etag: facts.md5.toString('hex'),
    lastModified: s3.now().toISOString(),
    ...(checksum === undefined ? {} : { checksum }),
    segments: [segment],
    multipart: false,
  };
  try {
    await bucket.objects.put(object, given.precondition);
  } catch (error) {
    await bucket.files.remove([segment]);
    throw error;
  }
  const { key, size, etag } = object;
  await s3.announce({ bucket: bucket.name, key, size, etag, eventName: given.eventName });
  return object;
}
