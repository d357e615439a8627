import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketLifecycleCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, openS3World, refusal, type S3World } from './s3-world.ts';

const DAY = 24 * 3600 * 1000;
let world: S3World;
beforeAll(async () => {
  world = await openS3World();
});
afterAll(() => world.stop());

describe('a bucket', () => {
  test('is created once, found, listed and deleted when it is empty', async () => {
    const at = { Bucket: 'my.bucket-1' };
    for (let time = 0; time < 2; time++) await world.s3.send(new CreateBucketCommand(at));
    await world.s3.send(new HeadBucketCommand(at));
    const { Buckets } = await world.s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([BUCKET, 'my.bucket-1']);
    expect((await world.s3.send(new GetBucketLocationCommand(at))).LocationConstraint).toBeFalsy();
    expect((await world.s3.send(new GetBucketVersioningCommand(at))).Status).toBeUndefined();
    await world.s3.send(new PutObjectCommand({ ...at, Key: 'k', Body: 'x' }));
    expect(await refusal(world.s3.send(new DeleteBucketCommand(at)))).toMatchObject({
      name: 'BucketNotEmpty',
      status: 409,
    });
    await world.buckets.delete('my.bucket-1', 'k');
    await world.s3.send(new DeleteBucketCommand(at));
    expect(await refusal(world.s3.send(new HeadBucketCommand(at)))).toMatchObject({ status: 404 });
    await world.restart();
    expect(await refusal(world.s3.send(new HeadBucketCommand(at)))).toMatchObject({ status: 404 });
  });

  test.each(['ab', 'UPPER', 'a..b', '192.168.0.1', 'xn--a', '-a-', 'a_b', '_aws'])(
    'cannot be called %s',
    async (name) => {
      expect(await refusal(world.s3.send(new CreateBucketCommand({ Bucket: name })))).toMatchObject({
        name: 'InvalidBucketName',
      });
      await expect(world.buckets.create(name)).rejects.toThrow('not valid');
    },
  );

  test('keeps every setting when several are put at once', async () => {
    const Bucket = 'settings';
    await world.s3.send(new CreateBucketCommand({ Bucket }));
    const CORSConfiguration = { CORSRules: [{ AllowedOrigins: ['*'], AllowedMethods: ['GET'] }] };
    const rule = { Status: 'Enabled' as const, Filter: { Prefix: 'a' }, Expiration: { Days: 1 } };
    await Promise.all([
      world.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration })),
      world.s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } })),
    ]);
    await world.s3.send(new GetBucketCorsCommand({ Bucket }));
    await world.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  });

  test('cannot be configured with what is not implemented', async () => {
    const policy = world.s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: '{}' }));
    expect(await refusal(policy)).toMatchObject({ name: 'NotImplemented', status: 501 });
    await expect(world.buckets.create(BUCKET, { website: {} } as never)).rejects.toThrow('website');
  });

  test('created again by the program keeps its objects and takes the new settings', async () => {
    await world.buckets.put(BUCKET, 'kept', Buffer.from('x'));
    await world.buckets.create(BUCKET, { cors: [{ allowedOrigins: ['*'], allowedMethods: ['GET'] }] });
    expect(await world.buckets.list(BUCKET)).toEqual(['kept']);
    await world.restart();
    const { CORSRules } = await world.s3.send(new GetBucketCorsCommand({ Bucket: BUCKET }));
    expect(CORSRules).toMatchObject([{ AllowedOrigins: ['*'], AllowedMethods: ['GET'] }]);
    await world.buckets.create(BUCKET);
    expect(await refusal(world.s3.send(new GetBucketCorsCommand({ Bucket: BUCKET })))).toMatchObject({
      name: 'NoSuchCORSConfiguration',
    });
  });
});

describe('CORS', () => {
  const CORSRules = [
    {
      AllowedOrigins: ['https://app.example', 'https://*.trusted.example'],
      AllowedMethods: ['GET', 'PUT'],
      AllowedHeaders: ['content-type', 'x-amz-*'],
      ExposeHeaders: ['ETag', 'x-amz-request-id'],
      MaxAgeSeconds: 300,
    },
    { AllowedOrigins: ['*'], AllowedMethods: ['HEAD'] },
  ];
  const preflight = async (headers: Record<string, string>) =>
    fetch(`${world.url}/${BUCKET}/any`, { method: 'OPTIONS', headers });
  beforeAll(async () => {
    await world.s3.send(new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: { CORSRules } }));
    await world.buckets.put(BUCKET, 'cors', Buffer.from('x'));
  });

  test('is returned as it was put', async () => {
    expect((await world.s3.send(new GetBucketCorsCommand({ Bucket: BUCKET }))).CORSRules).toEqual(CORSRules);
  });

  test('lets a preflight know what is allowed', async () => {
    const response = await preflight({
      origin: 'https://a.trusted.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type, X-Amz-Meta-A',
    });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://a.trusted.example',
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers': 'content-type, x-amz-meta-a',
      'access-control-expose-headers': 'ETag, x-amz-request-id',
      'access-control-max-age': '300',
      'access-control-allow-credentials': 'true',
    });
    const anyone = await preflight({ origin: 'https://other.example', 'access-control-request-method': 'HEAD' });
    expect(anyone.headers.get('access-control-allow-origin')).toBe('*');
  });

  test.each([
    [{ origin: 'https://evil.example', 'access-control-request-method': 'PUT' }, 403],
    [{ origin: 'https://app.example', 'access-control-request-method': 'DELETE' }, 403],
    [
      {
        origin: 'https://app.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-other',
      },
      403,
    ],
    [{ 'access-control-request-method': 'PUT' }, 400],
    [{ origin: 'https://app.example' }, 400],
  ])('refuses the preflight %j', async (headers, status) => {
    const response = await preflight(headers);
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('is on actual answers too, refusals included, for those it allows', async () => {
    const url = await getSignedUrl(world.s3, new GetObjectCommand({ Bucket: BUCKET, Key: 'cors' }));
    const get = (url: string, origin: string) => fetch(url, { headers: { origin } });
    const allowed = await get(url, 'https://app.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(allowed.headers.get('access-control-expose-headers')).toContain('ETag');
    expect((await get(url, 'https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const refused = await get(`${url}0`, 'https://app.example');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  test('can be removed, and without it nothing is allowed', async () => {
    await world.s3.send(new DeleteBucketCorsCommand({ Bucket: BUCKET }));
    const response = await preflight({ origin: 'https://app.example', 'access-control-request-method': 'GET' });
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('CORS is not enabled')]);
  });

  test('that makes no sense is refused', async () => {
    for (const rule of [
      { AllowedOrigins: ['*'], AllowedMethods: ['PATCH'] },
      { AllowedOrigins: ['*.*'], AllowedMethods: ['GET'] },
    ]) {
      const command = new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration: { CORSRules: [rule] } });
      expect(await refusal(world.s3.send(command))).toMatchObject({ name: 'InvalidRequest' });
    }
  });
});

describe('a lifecycle', () => {
  const Rules = [
    {
      ID: 'uploads',
      Status: 'Enabled' as const,
      Filter: { Prefix: '' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
    {
      ID: 'temporary',
      Status: 'Enabled' as const,
      Filter: { And: { Prefix: 'tmp/', Tags: [{ Key: 'keep', Value: 'no' }], ObjectSizeGreaterThan: 1 } },
      Expiration: { Days: 2 },
    },
    { ID: 'off', Status: 'Disabled' as const, Filter: { Prefix: 'off/' }, Expiration: { Days: 1 } },
  ];
  const put = (rules: object[]) =>
    world.s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: BUCKET,
        LifecycleConfiguration: { Rules: rules as typeof Rules },
      }),
    );

  test('is returned as it was put', async () => {
    await put(Rules);
    const got = await world.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
    expect(got.Rules).toEqual(Rules);
  });

  test('aborts old uploads and removes expired objects, and only those', async () => {
    const at = { Bucket: BUCKET, Key: 'unfinished' };
    const store = (Key: string, Body: string, Tagging = 'keep=no') =>
      world.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, Tagging }));
    await world.s3.send(new CreateMultipartUploadCommand(at));
    await store('tmp/due', 'xx');
    await store('tmp/small', 'x');
    await store('tmp/tagged', 'xx', 'keep=yes');
    await store('off/there', 'xx');
    const open = async () =>
      (await world.s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads?.length ?? 0;
    const expireAfter = async (days: number) => {
      world.later(days * DAY);
      await world.buckets.expireIncompleteUploads();
      world.later(-days * DAY);
    };
    await expireAfter(0.5);
    expect(await world.buckets.list(BUCKET, 'tmp/')).toHaveLength(3);
    expect(await open()).toBe(1);
    await expireAfter(3.5);
    expect(await open()).toBe(0);
    expect(await world.buckets.list(BUCKET, 'tmp/')).toEqual(['tmp/small', 'tmp/tagged']);
    expect(await world.buckets.list(BUCKET, 'off/')).toEqual(['off/there']);
  });

  test('with an action that is not implemented, or none, is refused', async () => {
    const transition = { ...Rules[0], Transitions: [{ Days: 1, StorageClass: 'GLACIER' }] };
    const refused = await refusal(put([transition]));
    expect(refused).toMatchObject({ name: 'NotImplemented' });
    expect(refused.message).toContain('Transition');
    expect(await refusal(put([{ Status: 'Enabled', Filter: {} }]))).toMatchObject({ name: 'InvalidRequest' });
  });

  test('can be removed', async () => {
    await world.s3.send(new DeleteBucketLifecycleCommand({ Bucket: BUCKET }));
    const get = world.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
    expect(await refusal(get)).toMatchObject({ name: 'NoSuchLifecycleConfiguration', status: 404 });
  });
});
