import * as z from 'zod';
import { type LifecycleRule, lifecycleRules } from './bucket-settings.ts';
import { documentBody } from './incoming-body.ts';
import { invalidRequest, malformedXml, notImplemented, S3Error } from './s3-error.ts';
import type { Operation } from './s3-request.ts';
import { parseXml, xmlDocument } from './xml.ts';

const tagElement = z.array(z.object({ Key: z.string(), Value: z.string() }));

/** Everything a filter may say, alone or inside `And`. */
const criteria = z.object({
  Prefix: z.string().optional(),
  Tag: tagElement.optional(),
  ObjectSizeGreaterThan: z.coerce.number().optional(),
  ObjectSizeLessThan: z.coerce.number().optional(),
});

const rule = z.looseObject({
  ID: z.string().optional(),
  Status: z.string(),
  Prefix: z.string().optional(),
  Filter: z
    .union([criteria.extend({ And: criteria.optional() }), z.string().transform(() => ({ And: undefined }))])
    .optional(),
  Expiration: z.strictObject({ Days: z.coerce.number().optional(), Date: z.string().optional() }).optional(),
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: z.coerce.number() }).optional(),
});
const KNOWN = ['#text', ...Object.keys(rule.shape)];

export const putBucketLifecycle: Operation = async (s3, request) => {
  const bucket = s3.bucket(request.bucket);
  const body = parseXml(await documentBody(request), 'LifecycleConfiguration');
  const parsed = z.object({ Rule: z.array(rule).min(1) }).safeParse(body);
  if (!parsed.success) throw malformedXml();
  const rules = lifecycleRules.safeParse(parsed.data.Rule.map(asSetting));
  if (!rules.success) throw invalidRequest(z.prettifyError(rules.error));
  await bucket.configure({ lifecycle: rules.data });
  return { status: 200 };
};

function asSetting(one: z.infer<typeof rule>): unknown {
  const unknown = Object.keys(one).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw notImplemented(`the lifecycle action "${unknown}"`);
  const filter: z.infer<typeof criteria> = { ...one.Filter, ...one.Filter?.And };
  const date = one.Expiration?.Date;
  return {
    id: one.ID,
    status: one.Status,
    prefix: filter.Prefix ?? one.Prefix,
    tags: filter.Tag?.map(({ Key, Value }) => ({ key: Key, value: Value })),
    objectSizeGreaterThan: filter.ObjectSizeGreaterThan,
    objectSizeLessThan: filter.ObjectSizeLessThan,
    expirationDays: one.Expiration?.Days,
    expirationDate: date === undefined || Number.isNaN(Date.parse(date)) ? date : new Date(date).toISOString(),
    abortIncompleteMultipartUploadDays: one.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  };
}

export const getBucketLifecycle: Operation = async (s3, { bucket }) => {
  const { lifecycle } = s3.bucket(bucket).settings();
  if (lifecycle === undefined || lifecycle.length === 0)
    throw new S3Error('NoSuchLifecycleConfiguration', 404, 'The lifecycle configuration does not exist', {
      BucketName: bucket,
    });
  return { status: 200, body: xmlDocument('LifecycleConfiguration', { Rule: lifecycle.map(asElement) }) };
};

function asElement(rule: LifecycleRule) {
  const found = {
    Prefix: rule.prefix,
    Tag: rule.tags?.map(({ key, value }) => ({ Key: key, Value: value })),
    ObjectSizeGreaterThan: rule.objectSizeGreaterThan,
    ObjectSizeLessThan: rule.objectSizeLessThan,
  };
  const count = Object.values(found)
    .flat()
    .filter((one) => one !== undefined).length;
  const days = rule.abortIncompleteMultipartUploadDays;
  return {
    ID: rule.id,
    Filter: count > 1 ? { And: found } : count === 1 ? found : { Prefix: '' },
    Status: rule.status,
    Expiration:
      rule.expirationDays === undefined && rule.expirationDate === undefined
        ? undefined
        : { Days: rule.expirationDays, Date: rule.expirationDate },
    AbortIncompleteMultipartUpload: days === undefined ? undefined : { DaysAfterInitiation: days },
  };
}

export const deleteBucketLifecycle: Operation = async (s3, request) => {
  const bucket = s3.bucket(request.bucket);
  await bucket.configure({ lifecycle: [] });
  return { status: 204 };
};
