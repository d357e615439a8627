import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { Distribution, IOrigin } from 'aws-cdk-lib/aws-cloudfront';
import { AccessLevel } from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { PrivateBucket } from './private-bucket.ts';
import { acceptWildcard } from './wildcard-grant.ts';

/** The pages people see: what `npm run build` made of `web/`, in a bucket only CloudFront reads. */
export class Site extends Construct {
  readonly origin: IOrigin;
  private readonly bucket: PrivateBucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new PrivateBucket(this, 'Bucket', { retain: false });
    this.origin = S3BucketOrigin.withOriginAccessControl(this.bucket, {
      // Without LIST, S3 says 403 of a page that does not exist.
      originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
    });
  }

  /** Uploads the pages with each deployment; the edge forgets the old ones, and the bucket is emptied before it goes. */
  publish(distribution: Distribution, config: Config): void {
    const pages = join(config.dist, 'web');
    if (!existsSync(pages)) throw new Error(`${pages} does not exist: run \`npm run build\` first.`);
    const deployment = new BucketDeployment(this, 'Pages', {
      sources: [Source.asset(pages)],
      destinationBucket: this.bucket,
      retainOnDelete: false,
      distribution,
      distributionPaths: ['/*'],
      // Browsers always ask; the edge keeps what it has until the next deployment.
      cacheControl: [
        CacheControl.setPublic(),
        CacheControl.maxAge(Duration.seconds(0)),
        CacheControl.sMaxAge(Duration.days(365)),
        CacheControl.mustRevalidate(),
      ],
      logGroup: new LogGroup(this, 'PagesLogs', {
        retention: config.logRetentionDays,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
    acceptDeployment(deployment, this.bucket);
  }
}

/** CDK makes the function of a bucket deployment and its grants; it runs while the stack is deployed, and never else. */
function acceptDeployment(deployment: BucketDeployment, bucket: PrivateBucket): void {
  const { handlerRole } = deployment;
  const { bootstrapQualifier } = Stack.of(deployment).synthesizer;
  const assets = `arn:<AWS::Partition>:s3:::cdk-${bootstrapQualifier}-assets-<AWS::AccountId>-<AWS::Region>/*`;
  const reason = 'CDK makes this grant for its own function, which runs while the stack is deployed and never else.';
  const basicExecution = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
  const actions = ['s3:GetBucket*', 's3:GetObject*', 's3:List*', 's3:Abort*', 's3:DeleteObject*'];
  for (const resource of [bucket.arnForObjects('*'), assets, '*']) acceptWildcard(handlerRole, { resource, reason });
  Validations.of(handlerRole).acknowledge(
    { id: `AwsSolutions-IAM4[Policy::${basicExecution}]`, reason },
    ...actions.map((action) => ({ id: `AwsSolutions-IAM5[Action::${action}]`, reason })),
  );
  Validations.of(handlerRole.node.scope ?? deployment).acknowledge({
    id: 'AwsSolutions-L1',
    reason: 'CDK chooses the runtime of its own function.',
  });
}
