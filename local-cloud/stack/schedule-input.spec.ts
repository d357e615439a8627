import { expect, test } from 'vitest';
import { scheduleInput } from './schedule-input.ts';

const time = new Date('2026-11-23T10:00:00.123Z');
const schedule = { name: 's', arn: 'arn:aws:scheduler:s', expression: 'rate(1 minute)', targetArn: 'arn:aws:lambda:f' };

test('a schedule sends its input, and AWS fills in what it knows', () => {
  const input = '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>"}';
  const sent = scheduleInput({ ...schedule, source: 'aws.scheduler', input }, time);
  expect(JSON.parse(sent)).toEqual({ at: '2026-11-23T10:00:00Z', by: schedule.arn });
});

test('without an input it describes itself, and the empty detail of the Scheduler is text', () => {
  const describe = (source: 'aws.scheduler' | 'aws.events') => JSON.parse(scheduleInput({ ...schedule, source }, time));
  expect(describe('aws.scheduler')).toMatchObject({
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    time: '2026-11-23T10:00:00Z',
    resources: [schedule.arn],
    detail: '{}',
  });
  expect(describe('aws.events')).toMatchObject({ source: 'aws.events', detail: {} });
});
