import * as z from 'zod';
import { documentBody } from './incoming-body.ts';
import type { StoredObject, Tag } from './object-store.ts';
import { checkTags } from './object-headers.ts';
import { malformedXml, noSuchKey } from './s3-error.ts';
import type { Operation, S3, S3Request } from './s3-request.ts';
import { parseXml, xmlDocument } from './xml.ts';

const tagging = z.object({
  TagSet: z
    .object({ Tag: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]) })
    .or(z.string().transform(() => ({ Tag: [] }))),
});

export const putObjectTagging: Operation = async (s3, request) => {
  const parsed = tagging.safeParse(parseXml(await documentBody(request), 'Tagging'));
  if (!parsed.success) throw malformedXml();
  const tags = checkTags(parsed.data.TagSet.Tag.map(({ Key, Value }) => ({ key: Key, value: Value })));
  await replaceTags(s3, request, tags, 'ObjectTagging:Put');
  return { status: 200 };
};

export const deleteObjectTagging: Operation = async (s3, request) => {
  await replaceTags(s3, request, [], 'ObjectTagging:Delete');
  return { status: 204 };
};

export const getObjectTagging: Operation = async (s3, { bucket, key }) => {
  const object = s3.bucket(bucket).objects.get(key);
  if (object === undefined) throw noSuchKey(key);
  const Tag = object.tags.map(({ key, value }) => ({ Key: key, Value: value }));
  return { status: 200, body: xmlDocument('Tagging', { TagSet: { Tag } }) };
};

async function replaceTags(s3: S3, { bucket, key }: S3Request, tags: Tag[], eventName: string): Promise<StoredObject> {
  const object = await s3.bucket(bucket).objects.replaceTags(key, tags);
  if (object === undefined) throw noSuchKey(key);
  const { size, etag } = object;
  await s3.announce({ bucket, key, eventName, size, etag });
  return object;
}
