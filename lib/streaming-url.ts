import { Duration } from 'aws-cdk-lib';
import type { IOrigin } from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { FunctionUrlAuthType, HttpMethod, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { Config } from './config.ts';
import type { NodeFunction } from './node-function.ts';

/** Answers that are sent while they are made. A function URL, because an HTTP API cannot stream; closed to all but the site's CloudFront. */
export function streamingUrl(fn: NodeFunction, { allowedOrigins }: Config, allowedHeaders: string[]): IOrigin {
  const url = fn.addFunctionUrl({
    authType: FunctionUrlAuthType.AWS_IAM,
    invokeMode: InvokeMode.RESPONSE_STREAM,
    cors: {
      allowedOrigins,
      allowedMethods: [HttpMethod.GET, HttpMethod.HEAD],
      ...(allowedHeaders.length > 0 && { allowedHeaders }),
      exposedHeaders: ['content-disposition'],
      allowCredentials: !allowedOrigins.includes('*'),
      maxAge: Duration.hours(1),
    },
  });
  return FunctionUrlOrigin.withOriginAccessControl(url, { readTimeout: Duration.seconds(60) });
}
