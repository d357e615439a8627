import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ObjectEvent } from './buckets.ts';
import { BUCKET, openS3World, refusal, type S3World } from './s3-world.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:events';
let world: S3World;
beforeAll(async () => {
  world = await openS3World();
});
beforeEach(() => {
  world.notified.length = 0;
});
afterAll(() => world.stop());

const configure = (NotificationConfiguration: NotificationConfiguration) =>
  world.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: BUCKET, NotificationConfiguration }));
const records = () => world.notified.flatMap(({ body }) => JSON.parse(body).Records ?? []);
const put = (Key: string, Body = 'body') => world.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));

test('a queue hears of an object in S3’s words, after a test message', async () => {
  await configure({ QueueConfigurations: [{ Id: 'mine', QueueArn: QUEUE, Events: ['s3:ObjectCreated:*'] }] });
  expect(world.notified.map(({ target, body }) => [target, JSON.parse(body)])).toEqual([
    [QUEUE, expect.objectContaining({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: BUCKET })],
  ]);
  const { ETag } = await put('a/ü b+c.txt');
  expect(records()).toEqual([
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'us-east-1',
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: expect.any(String) },
      requestParameters: { sourceIPAddress: expect.any(String) },
      responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'mine',
        bucket: { name: BUCKET, ownerIdentity: { principalId: expect.any(String) }, arn: 'arn:aws:s3:::bucket' },
        object: {
          key: 'a/%C3%BC+b%2Bc.txt',
          size: 4,
          eTag: ETag!.replaceAll('"', ''),
          sequencer: expect.stringMatching(/^[0-9A-F]{16}$/),
        },
      },
    },
  ]);
});

test('only what its filter and events ask for is sent to a target', async () => {
  const Filter = {
    Key: {
      FilterRules: [
        { Name: 'prefix' as const, Value: 'in/' },
        { Name: 'suffix' as const, Value: '.csv' },
      ],
    },
  };
  const configuration: NotificationConfiguration = {
    QueueConfigurations: [{ Id: 'q', QueueArn: QUEUE, Events: ['s3:ObjectCreated:Put'], Filter }],
    LambdaFunctionConfigurations: [
      {
        Id: 'l',
        LambdaFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
        Events: ['s3:ObjectRemoved:*'],
      },
    ],
  };
  await configure(configuration);
  const got = await world.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: BUCKET }));
  expect(got.QueueConfigurations).toMatchObject([{ Id: 'q', QueueArn: QUEUE, Events: ['s3:ObjectCreated:Put'] }]);
  expect(got.LambdaFunctionConfigurations).toEqual(configuration.LambdaFunctionConfigurations);
  world.notified.length = 0;
  for (const key of ['in/a.csv', 'in/a.txt', 'out/a.csv']) await put(key);
  await world.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'in/a.csv' }));
  await world.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'never/there' }));
  expect(records().map(({ eventName, s3 }) => [eventName, s3.configurationId, s3.object.key])).toEqual([
    ['ObjectCreated:Put', 'q', 'in/a.csv'],
    ['ObjectRemoved:Delete', 'l', 'in/a.csv'],
  ]);
  expect(records()[1].s3.object).toEqual({ key: 'in/a.csv', sequencer: expect.any(String) });
  await configure({});
  await put('in/b.csv');
  expect(records()).toHaveLength(2);
});

test('a target that cannot be reached, and an event or target S3 has not, are refused', async () => {
  const queue = (QueueArn: string, event = 's3:ObjectCreated:*') =>
    configure({ QueueConfigurations: [{ QueueArn, Events: [event as 's3:ObjectCreated:*'] }] });
  expect(await refusal(queue(`${QUEUE}:nobody`))).toMatchObject({ name: 'InvalidArgument' });
  expect(await refusal(queue(QUEUE, 's3:Replication:*'))).toMatchObject({ name: 'InvalidArgument' });
  expect(await refusal(configure({ EventBridgeConfiguration: {} }))).toMatchObject({ name: 'NotImplemented' });
});

test('listeners in the program hear of every change, in order', async () => {
  const heard: ObjectEvent[] = [];
  world.buckets.onObjectEvent((event) => heard.push(event));
  const at = { Bucket: BUCKET, Key: 'k' };
  await put('k');
  await world.s3.send(new CopyObjectCommand({ ...at, Key: 'copy', CopySource: `${BUCKET}/k` }));
  await world.s3.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet: [] } }));
  await world.s3.send(new DeleteObjectTaggingCommand(at));
  const { UploadId } = await world.s3.send(new CreateMultipartUploadCommand(at));
  const { ETag } = await world.s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'part' }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await world.s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }));
  const aborted = await world.s3.send(new CreateMultipartUploadCommand(at));
  await world.s3.send(new AbortMultipartUploadCommand({ ...at, UploadId: aborted.UploadId }));
  await world.s3.send(
    new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: 'k' }, { Key: 'copy' }] } }),
  );
  expect(heard.map(({ eventName, key, size }) => [eventName, key, size])).toEqual([
    ['ObjectCreated:Put', 'k', 4],
    ['ObjectCreated:Copy', 'copy', 4],
    ['ObjectTagging:Put', 'k', 4],
    ['ObjectTagging:Delete', 'k', 4],
    ['ObjectCreated:CompleteMultipartUpload', 'k', 4],
    ['ObjectRemoved:Delete', 'k', 0],
    ['ObjectRemoved:Delete', 'copy', 0],
  ]);
  const sequencers = heard.map(({ sequencer }) => sequencer);
  expect(sequencers).toEqual(sequencers.toSorted());
});
