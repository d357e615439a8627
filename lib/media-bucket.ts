import { Duration } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { HttpMethods } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { NodeFunction } from './node-function.ts';
import { PrivateBucket } from './private-bucket.ts';
import { grantWildcard } from './wildcard-grant.ts';

type MediaBucketProps = { retain: boolean; siteUrl: string };
type ObjectAction = 'GetObject' | 'PutObject' | 'DeleteObject' | 'AbortMultipartUpload' | 'ListMultipartUploadParts';

/** Where the downloaded files are: written by the worker, read through presigned links. */
export class MediaBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, { retain, siteUrl }: MediaBucketProps) {
    super(scope, id, {
      retain,
      autoDeleteObjects: !retain,
      cors: [
        {
          allowedOrigins: [siteUrl],
          allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT, HttpMethods.POST],
          allowedHeaders: ['*'],
          exposedHeaders: ['ETag', 'Content-Length', 'Content-Range', 'Accept-Ranges'],
          maxAge: 3600,
        },
      ],
      // The parts of an upload that never ended are invisible, and billed. A pause may last this long.
      lifecycleRules: [{ id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    });
  }

  /** To see what is there: objects, and uploads that are unfinished. */
  grantList(fn: NodeFunction): void {
    Grant.addToPrincipal({
      grantee: fn,
      actions: ['s3:ListBucket', 's3:ListBucketMultipartUploads'],
      resourceArns: [this.bucketArn],
    });
  }

  /** These actions on the objects, and none on the bucket. */
  grantObjects(fn: NodeFunction, ...actions: ObjectAction[]): void {
    grantWildcard(fn.executionRole, {
      actions: actions.map((action) => `s3:${action}`),
      resource: this.arnForObjects('*'),
      reason: 'The keys of objects are made as downloads arrive.',
    });
  }
}
