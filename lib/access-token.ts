import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Config } from './config.ts';
import type { NodeFunction } from './node-function.ts';

/** Lets a function read the access token, where the configuration names one. */
export function readAccessToken(fn: NodeFunction, { accessToken }: Config): void {
  if (accessToken === undefined) return;
  fn.addEnvironment('ACCESS_TOKEN_PARAMETER', accessToken);
  const resourceName = accessToken.replace(/^\//, '');
  const arn = Stack.of(fn).formatArn({ service: 'ssm', resource: 'parameter', resourceName });
  fn.addToRolePolicy(new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [arn] }));
}
