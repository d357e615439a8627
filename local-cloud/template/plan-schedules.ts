import { rule, schedule } from './properties/schedules.ts';
import type { ReadResources } from './read-resources.ts';

export type SchedulePlan = {
  name: string;
  arn: string;
  expression: string;
  timezone?: string;
  targetArn: string;
  /** What the target is sent; without it, AWS's own description of the firing. */
  input?: string;
  source: 'aws.scheduler' | 'aws.events';
};

/** The schedules that are switched on, of EventBridge Scheduler and of EventBridge rules. */
export function planSchedules(read: ReadResources, arnOf: (logicalId: string) => string): SchedulePlan[] {
  const schedules = read('AWS::Scheduler::Schedule', schedule)
    .filter(({ properties }) => properties.State !== 'DISABLED')
    .map(({ logicalId, name, properties }) => ({
      name,
      arn: arnOf(logicalId),
      expression: properties.ScheduleExpression,
      ...(properties.ScheduleExpressionTimezone !== undefined && { timezone: properties.ScheduleExpressionTimezone }),
      targetArn: properties.Target.Arn,
      ...(properties.Target.Input !== undefined && { input: properties.Target.Input }),
      source: 'aws.scheduler' as const,
    }));
  const rules = read('AWS::Events::Rule', rule)
    .filter(({ properties }) => properties.State !== 'DISABLED')
    .flatMap(({ logicalId, name, properties }) =>
      properties.Targets.map((target) => ({
        name,
        arn: arnOf(logicalId),
        expression: properties.ScheduleExpression,
        targetArn: target.Arn,
        ...(target.Input !== undefined && { input: target.Input }),
        source: 'aws.events' as const,
      })),
    );
  return [...schedules, ...rules];
}
