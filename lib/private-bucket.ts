import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

type PrivateBucketProps = Pick<BucketProps, 'cors' | 'lifecycleRules' | 'autoDeleteObjects'> & {
  /** Kept, with what is in it, when the stack goes. */
  retain: boolean;
};

/** A bucket nobody reads without a signature, encrypted at rest and in transit. */
export class PrivateBucket extends Bucket {
  // Said again because CDK's types do not know exactOptionalPropertyTypes: without it this would be no IBucket.
  override get isWebsite(): boolean {
    return false;
  }

  constructor(scope: Construct, id: string, { retain, ...props }: PrivateBucketProps) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...props,
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Access logs would record every presigned link that is still valid; writes are in the structured logs of the functions.',
    });
  }
}
