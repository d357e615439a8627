import { Aws, Fn } from 'aws-cdk-lib';

/**
 * What CloudFront sends to its origins as `x-origin-key`, and they refuse to answer without: else a caller of their own
 * addresses could write any `x-viewer-ip`. It is the id AWS gave this stack, which no viewer is ever told and which costs no secret.
 */
export function originKey(): string {
  return Fn.select(2, Fn.split('/', Aws.STACK_ID));
}
