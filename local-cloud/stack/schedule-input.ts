import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../aws-request.ts';
import type { SchedulePlan } from '../template/plan-schedules.ts';

/** What a schedule sends to its target when it fires at `time`. */
export function scheduleInput({ arn, input, source }: SchedulePlan, time: Date): string {
  const at = `${time.toISOString().slice(0, 19)}Z`;
  const id = randomUUID();
  if (input !== undefined)
    return source === 'aws.events'
      ? input
      : input
          .replaceAll('<aws.scheduler.schedule-arn>', arn)
          .replaceAll('<aws.scheduler.scheduled-time>', at)
          .replaceAll('<aws.scheduler.execution-id>', id)
          .replaceAll('<aws.scheduler.attempt-number>', '1');
  return JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source,
    account: ACCOUNT_ID,
    time: at,
    region: REGION,
    resources: [arn],
    // The Scheduler sends its empty detail as text, and rules send it as an object.
    detail: source === 'aws.scheduler' ? '{}' : {},
  });
}
