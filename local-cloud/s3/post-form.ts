import type { IncomingMessage } from 'node:http';
import { declaredChecksum } from './checksums.ts';
import { type Form, readForm } from './form-data.ts';
import { checksumHeaders, describeObject, encryption, refuseUnknownHeaders } from './object-headers.ts';
import { checkPolicy, type FormFields } from './post-policy.ts';
import { invalidArgument, notImplemented, S3Error } from './s3-error.ts';
import type { S3, S3Response } from './s3-request.ts';
import { storeObject } from './store-object.ts';
import { verifiedBytes } from './verified-bytes.ts';
import { xmlDocument } from './xml.ts';

const SIGNATURE_FIELDS = /^x-amz-(algorithm|credential|date|signature)$/;

/** A browser's upload by form; its signed policy says what it may store. The file is stored as it arrives. */
export async function postForm(s3: S3, bucketName: string, message: IncomingMessage): Promise<S3Response> {
  const bucket = s3.bucket(bucketName);
  const form = await readForm(message);
  // Dropped to its end when we refuse it, so that the sender hears why.
  form.file.once('error', () => undefined);
  try {
    const key = keyOf(form);
    const fields: FormFields = { ...form.fields, key };
    const size = checkPolicy(fields, bucketName, s3.now());
    const described = Object.fromEntries(Object.entries(fields).filter(([name]) => !SIGNATURE_FIELDS.test(name)));
    refuseUnknownHeaders(described);
    if (fields['tagging'] !== undefined) throw notImplemented('the form field "tagging"');
    if ((fields['acl'] ?? 'private') !== 'private') throw notImplemented(`the form field "acl=${fields['acl']}"`);
    const checksum = declaredChecksum(described);
    const object = await storeObject(s3, {
      bucket,
      key,
      body: verifiedBytes(limited(form, size), {
        ...(fields['content-md5'] === undefined ? {} : { md5: fields['content-md5'] }),
        ...(checksum && { checksum: { algorithm: checksum.algorithm, value: () => checksum.value } }),
      }),
      description: describeObject(described),
      eventName: 'ObjectCreated:Post',
    });
    const etag = `"${object.etag}"`;
    const answer = succeed(fields, message.headers.host ?? '', bucketName, etag);
    return { ...answer, headers: { etag, ...checksumHeaders(object), ...encryption, ...answer.headers } };
  } finally {
    form.file.resume();
  }
}

function keyOf({ fields, filename }: Form): string {
  const key = fields['key']?.replaceAll('${filename}', filename);
  if (key === undefined || key === '')
    throw invalidArgument("Bucket POST must contain a field named 'key'.", 'key', fields['key']);
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError', 400, 'Your key is too long');
  return key;
}

async function* limited({ file }: Form, { min, max }: { min: number; max: number }): AsyncGenerator<Buffer> {
  let size = 0;
  const chunks: AsyncIterable<Buffer> = file.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > max)
      throw new S3Error('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size', {
        MaxSizeAllowed: String(max),
      });
    yield chunk;
  }
  if (size < min)
    throw new S3Error('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
      ProposedSize: String(size),
      MinSizeAllowed: String(min),
    });
}

/** What the form asked for when it succeeds: a redirect, or 200, 201 or (else) 204. */
function succeed(fields: FormFields, host: string, bucket: string, etag: string): S3Response {
  const key = fields['key'] ?? '';
  const location = `http://${host}/${bucket}/${encodeURIComponent(key)}`;
  const { success_action_redirect: redirect, success_action_status: status } = fields;
  if (redirect !== undefined && URL.canParse(redirect)) {
    const url = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) url.searchParams.set(name, value);
    return { status: 303, headers: { location: url.href } };
  }
  if (status === '201') {
    const body = xmlDocument('PostResponse', { Location: location, Bucket: bucket, Key: key, ETag: etag });
    return { status: 201, headers: { location }, body };
  }
  return { status: status === '200' ? 200 : 204, headers: { location } };
}
