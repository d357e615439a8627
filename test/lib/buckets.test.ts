import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { synthesise, theResource } from './synthesise.ts';

const { template } = synthesise();
const all = (type: string) => Object.entries(template.findResources(type));

test('every bucket is private, encrypted and refuses plain HTTP', () => {
  for (const [id, { Properties }] of all('AWS::S3::Bucket')) {
    expect(Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    expect(Properties.VersioningConfiguration).toBeUndefined();
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: id },
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      }),
    });
  }
});

test('media outlives the stack, is open to the pages of the site, and drops uploads unfinished for a week', () => {
  const { DeletionPolicy, Properties } = theResource(template, 'AWS::S3::Bucket', 'Media');
  const { id: distribution } = theResource(template, 'AWS::CloudFront::Distribution');
  expect(DeletionPolicy).toBe('Retain');
  expect(Properties.LifecycleConfiguration.Rules).toMatchObject([
    { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' },
  ]);
  expect(Properties.CorsConfiguration.CorsRules).toMatchObject([
    {
      AllowedOrigins: [{ 'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [distribution, 'DomainName'] }]] }],
      AllowedMethods: ['GET', 'HEAD', 'PUT', 'POST'],
      ExposedHeaders: ['ETag', 'Content-Length', 'Content-Range', 'Accept-Ranges'],
    },
  ]);
});

test('a file to import outlives the stack but not its thirty days, and may be sent by any page that has a form for it', () => {
  const { DeletionPolicy, Properties } = theResource(template, 'AWS::S3::Bucket', 'Uploads');
  expect(DeletionPolicy).toBe('Retain');
  expect(Properties.LifecycleConfiguration.Rules).toMatchObject([{ ExpirationInDays: 30, Status: 'Enabled' }]);
  expect(Properties.CorsConfiguration.CorsRules).toMatchObject([{ AllowedOrigins: ['*'], AllowedMethods: ['POST'] }]);
});

test('S3 tells the import queue of each new file, which lets it in first', () => {
  const { DependsOn, Properties } = theResource(template, 'AWS::S3::Bucket', 'Uploads');
  const queues = all('AWS::SQS::Queue').map(([id]) => id);
  const queue = queues.find((id) => /^ImportQueue(?!DeadLetters)/.test(id));
  expect(Properties.NotificationConfiguration).toEqual({
    QueueConfigurations: [
      {
        Event: 's3:ObjectCreated:*',
        Queue: { 'Fn::GetAtt': [queue, 'Arn'] },
        Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'uploads/' }] } },
      },
    ],
  });
  const [policyId, policy] =
    all('AWS::SQS::QueuePolicy').find(
      ([
        ,
        {
          Properties: { Queues },
        },
      ]) => Queues[0].Ref === queue,
    ) ?? [];
  expect(DependsOn).toEqual([policyId]);
  expect(policy?.Properties.PolicyDocument.Statement).toContainEqual({
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  });
  expect(Object.keys(template.findResources('Custom::S3BucketNotifications'))).toEqual([]);
});
