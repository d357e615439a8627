import { Stack, Validations } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';

type WildcardGrant = {
  actions: string[];
  /** An ARN with a `*` in it. */
  resource: string;
  /** Why it cannot be named. */
  reason: string;
};

/** Grants what cannot be named in advance, and writes the reason down where cdk-nag asks for one. */
export function grantWildcard(role: IRole, { actions, resource, reason }: WildcardGrant): void {
  role.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));
  acceptWildcard(role, { resource, reason });
}

/** The same for a grant that CDK makes by itself. */
export function acceptWildcard(role: IRole, { resource, reason }: Omit<WildcardGrant, 'actions'>): void {
  const arn = flattenCfnReference(Stack.of(role).resolve(resource));
  Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${arn}]`, reason });
}
