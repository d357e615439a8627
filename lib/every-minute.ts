import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { NodeFunction } from './node-function.ts';
import { acceptWildcard } from './wildcard-grant.ts';

/** Starts a function each minute. */
export function everyMinute(scope: Construct, fn: NodeFunction): void {
  // Its own role, because the one CDK would share among schedules is named by none of them.
  const role = new Role(scope, 'SchedulerRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
  acceptWildcard(role, {
    resource: `${fn.functionArn}:*`,
    reason: 'CDK grants a function together with its versions; this one has none.',
  });
  new Schedule(scope, 'EveryMinute', {
    schedule: ScheduleExpression.rate(Duration.minutes(1)),
    // The next minute is its retry.
    target: new LambdaInvoke(fn, { role, retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
  });
}
