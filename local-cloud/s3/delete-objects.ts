import * as z from 'zod';
import { documentBody } from './incoming-body.ts';
import { invalidRequest, malformedXml } from './s3-error.ts';
import { header, type Operation } from './s3-request.ts';
import { parseXml, xmlDocument } from './xml.ts';

const deletion = z.object({
  Quiet: z.enum(['true', 'false']).optional(),
  Object: z
    .array(z.object({ Key: z.string().min(1), VersionId: z.literal('null').optional() }))
    .min(1)
    .max(1000),
});

export const deleteObjects: Operation = async (s3, request) => {
  const { objects } = s3.bucket(request.bucket);
  const hasDigest = Object.keys(request.headers).some((name) => /^x-amz-(checksum-|trailer$)/.test(name));
  if (!hasDigest && header(request, 'content-md5') === undefined)
    throw invalidRequest('Missing required header for this request: Content-MD5');
  const parsed = deletion.safeParse(parseXml(await documentBody(request), 'Delete'));
  if (!parsed.success) throw malformedXml();
  for (const { Key: key } of parsed.data.Object) {
    const removed = await objects.remove(key);
    if (removed !== undefined)
      await s3.announce({ bucket: request.bucket, key, eventName: 'ObjectRemoved:Delete', size: 0, etag: '' });
  }
  const Deleted = parsed.data.Quiet === 'true' ? [] : parsed.data.Object.map(({ Key }) => ({ Key }));
  return { status: 200, body: xmlDocument('DeleteResult', { Deleted }) };
};
