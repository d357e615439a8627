import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../aws-request.ts';
import type { NotificationRule } from './bucket-settings.ts';
import { encodeKey } from './keys.ts';

/** What happened to an object. */
export type ObjectEvent = {
  bucket: string;
  key: string;
  /** As records have it, without `s3:`: `ObjectCreated:Put`, `ObjectRemoved:Delete`… */
  eventName: string;
  size: number;
  /** Without quotes. */
  etag: string;
  /** Hexadecimal; of two events of one key the later has the greater. */
  sequencer: string;
  time: string;
};

/** Whether a notification configuration asks for this event of this key. */
export function isWanted(rule: NotificationRule, event: Pick<ObjectEvent, 'eventName' | 'key'>): boolean {
  const [family] = event.eventName.split(':');
  const names: string[] = [`s3:${event.eventName}`, `s3:${family}:*`];
  return (
    rule.events.some((name) => names.includes(name)) &&
    event.key.startsWith(rule.prefix ?? '') &&
    event.key.endsWith(rule.suffix ?? '')
  );
}

/** The message a target gets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function eventMessage(event: ObjectEvent, configurationId: string): string {
  const isRemoval = event.eventName.startsWith('ObjectRemoved') || event.eventName.startsWith('LifecycleExpiration');
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: REGION,
    eventTime: event.time,
    eventName: event.eventName,
    userIdentity: { principalId: `AWS:${ACCOUNT_ID}` },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': randomUUID(), 'x-amz-id-2': randomUUID() },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: {
        name: event.bucket,
        ownerIdentity: { principalId: ACCOUNT_ID },
        arn: `arn:aws:s3:::${event.bucket}`,
      },
      object: {
        key: encodeKey(event.key),
        ...(isRemoval ? {} : { size: event.size, eTag: event.etag }),
        sequencer: event.sequencer,
      },
    },
  };
  return JSON.stringify({ Records: [record] });
}

/** What S3 sends to a target when it is configured. */
export function testMessage(bucket: string, now: Date): string {
  return JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: now.toISOString(),
    Bucket: bucket,
    RequestId: randomUUID(),
    HostId: randomUUID(),
  });
}
