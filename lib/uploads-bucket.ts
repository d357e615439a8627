import { Aws, Duration } from 'aws-cdk-lib';
import { Grant, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { FILE_KEPT_DAYS, FILES_PREFIX } from '../contract/import.ts';
import type { NodeFunction } from './node-function.ts';
import { PrivateBucket } from './private-bucket.ts';
import { grantWildcard } from './wildcard-grant.ts';
import type { WorkQueue } from './work-queue.ts';

type UploadsBucketProps = { retain: boolean; queue: WorkQueue };

/** The files to import. Each that arrives, from our function or from a browser's form, is a message to the workers. */
export class UploadsBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, { retain, queue }: UploadsBucketProps) {
    super(scope, id, {
      retain,
      autoDeleteObjects: !retain,
      cors: [
        {
          // Whoever has a form may post it; no cookie comes with it. The site's own address cannot stand here: behind it is a function
          // that reads this bucket, so each would name the other.
          allowedOrigins: ['*'],
          allowedMethods: [HttpMethods.POST],
          allowedHeaders: ['*'],
          exposedHeaders: ['ETag'],
          maxAge: 3600,
        },
      ],
      lifecycleRules: [
        {
          id: 'read-by-then',
          expiration: Duration.days(FILE_KEPT_DAYS),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    announce(this, queue);
  }

  /** To be told that a file is not there: without this right S3 says that it is forbidden. */
  grantList(fn: NodeFunction): void {
    Grant.addToPrincipal({ grantee: fn, actions: ['s3:ListBucket'], resourceArns: [this.bucketArn] });
  }

  /** These actions on the objects, and none on the bucket. */
  grantObjects(fn: NodeFunction, ...actions: ('GetObject' | 'PutObject')[]): void {
    grantWildcard(fn.executionRole, {
      actions: actions.map((action) => `s3:${action}`),
      resource: this.arnForObjects('*'),
      reason: 'The keys of objects are made as files arrive.',
    });
  }
}

/** S3 tells the queue of new files. By the bucket's own property, since CDK's `addEventNotification` deploys a function for it. */
function announce(bucket: UploadsBucket, { queue }: WorkQueue): void {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) throw new TypeError(`${bucket.node.path} is no bucket.`);
  resource.notificationConfiguration = {
    queueConfigurations: [
      {
        event: 's3:ObjectCreated:*',
        queue: queue.queueArn,
        filter: { s3Key: { rules: [{ name: 'prefix', value: FILES_PREFIX }] } },
      },
    ],
  };
  const { policyDependable } = queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      // Not this bucket alone: it can only be made when the queue lets S3 in already.
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  if (policyDependable !== undefined) resource.node.addDependency(policyDependable);
}
