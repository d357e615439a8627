import type { Bucket } from './bucket.ts';
import type { LifecycleRule } from './bucket-settings.ts';
import type { StoredObject } from './object-store.ts';
import type { S3 } from './s3-request.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Does what is due by the bucket's lifecycle rules: aborts uploads that were never finished, removes expired objects. */
export async function applyLifecycle(s3: S3, bucket: Bucket): Promise<void> {
  const rules = bucket.settings().lifecycle?.filter(({ status }) => status === 'Enabled') ?? [];
  for (const { id, key, initiated } of bucket.uploads.list())
    if (rules.some((rule) => isUploadDue(rule, key, initiated, s3.now()))) await bucket.uploads.end(id, async () => []);
  for (const object of bucket.objects.all())
    if (rules.some((rule) => isObjectDue(rule, object, s3.now()))) await expire(s3, bucket, object);
}

async function expire(s3: S3, bucket: Bucket, due: StoredObject): Promise<void> {
  try {
    await bucket.objects.remove(due.key, (current) => {
      if (current !== due) throw new Replaced();
    });
  } catch (error) {
    if (error instanceof Replaced) return;
    throw error;
  }
  const { key } = due;
  await s3.announce({ bucket: bucket.name, key, eventName: 'LifecycleExpiration:Delete', size: 0, etag: '' });
}

/** What was written over it meanwhile is not due. */
class Replaced extends Error {}

function isUploadDue(rule: LifecycleRule, key: string, initiated: string, now: Date): boolean {
  const days = rule.abortIncompleteMultipartUploadDays;
  return days !== undefined && key.startsWith(rule.prefix ?? '') && now.getTime() >= dueAt(initiated, days);
}

function isObjectDue(rule: LifecycleRule, object: StoredObject, now: Date): boolean {
  const { expirationDays: days, expirationDate: date } = rule;
  const isDue =
    (days !== undefined && now.getTime() >= dueAt(object.lastModified, days)) ||
    (date !== undefined && now.getTime() >= Date.parse(date));
  return (
    isDue &&
    object.key.startsWith(rule.prefix ?? '') &&
    object.size > (rule.objectSizeGreaterThan ?? -1) &&
    object.size < (rule.objectSizeLessThan ?? Infinity) &&
    (rule.tags ?? []).every(({ key, value }) => object.tags.some((tag) => tag.key === key && tag.value === value))
  );
}

/** S3 adds the days and rounds up to the next midnight UTC. */
function dueAt(since: string, days: number): number {
  return Math.ceil((Date.parse(since) + days * DAY_MS) / DAY_MS) * DAY_MS;
}
