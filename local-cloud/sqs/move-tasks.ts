import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type Operation, operation } from './operation.ts';
import type { Queue } from './queue.ts';
import type { StoredMessage } from './queue-log.ts';
import { deadLetterSources } from './queue-operations.ts';
import type { QueueRegistry } from './queue-registry.ts';
import { invalidValue, SqsError } from './sqs-error.ts';

type MoveTask = {
  handle: string;
  sourceArn: string;
  destinationArn: string | undefined;
  perSecond: number;
  status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  startedAt: number;
  moved: number;
  toMove: number;
  failure?: string;
};

/** Redriving a dead-letter queue. A task ends with the process; its messages are in one queue or the other, never in none. */
export function moveTaskOperations(registry: QueueRegistry, stopped: AbortSignal): Record<string, Operation> {
  const tasks: MoveTask[] = [];

  async function move(task: MoveTask, source: Queue): Promise<void> {
    const give = (message: StoredMessage): void => {
      const target = registry.findByArn(task.destinationArn ?? message.sourceArn ?? '');
      if (target === undefined) throw new SqsError('ResourceNotFoundException', 'CouldNotDetermineMessageSource');
      const { sourceArn: _, ...rest } = message;
      target.accept({ ...rest, id: randomUUID(), sentAt: registry.now() });
    };
    try {
      while (task.moved < task.toMove) {
        const moved = source.moveOut(1, give);
        if (moved === 0) break;
        task.moved += moved;
        await sleep(1000 / task.perSecond, undefined, { signal: stopped });
      }
      task.status = 'COMPLETED';
    } catch (error) {
      task.status = 'FAILED';
      task.failure = error instanceof Error ? error.message : String(error);
    }
  }

  return {
    StartMessageMoveTask: operation(
      z.strictObject({
        SourceArn: z.string(),
        DestinationArn: z.string().optional(),
        MaxNumberOfMessagesPerSecond: z.int().min(1).max(500).optional(),
      }),
      ({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond = 500 }) => {
        const source = existing(registry, SourceArn);
        if (DestinationArn !== undefined) existing(registry, DestinationArn);
        if (deadLetterSources(registry, source.definition.name).length === 0)
          throw invalidValue('SourceArn', SourceArn, 'Source queue must be configured as a Dead Letter Queue.');
        if (tasks.some((task) => task.sourceArn === SourceArn && task.status === 'RUNNING'))
          throw new SqsError('UnsupportedOperation', 'There is already a task running on this queue.');
        const task: MoveTask = {
          handle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: SourceArn })).toString('base64'),
          sourceArn: SourceArn,
          destinationArn: DestinationArn,
          perSecond: MaxNumberOfMessagesPerSecond,
          status: 'RUNNING',
          startedAt: registry.now(),
          moved: 0,
          toMove: source.counts().visible,
        };
        tasks.unshift(task);
        if (tasks.length > 100) tasks.pop();
        move(task, source).catch((error: unknown) => console.error('sqs: message move task:', error));
        return { TaskHandle: task.handle };
      },
    ),

    ListMessageMoveTasks: operation(
      z.strictObject({ SourceArn: z.string(), MaxResults: z.int().min(1).max(10).optional() }),
      ({ SourceArn, MaxResults = 1 }) => {
        existing(registry, SourceArn);
        const some = tasks.filter(({ sourceArn }) => sourceArn === SourceArn).slice(0, MaxResults);
        return {
          Results: some.map((task) => ({
            TaskHandle: task.status === 'RUNNING' ? task.handle : undefined,
            Status: task.status,
            SourceArn: task.sourceArn,
            DestinationArn: task.destinationArn,
            MaxNumberOfMessagesPerSecond: task.perSecond,
            ApproximateNumberOfMessagesMoved: task.moved,
            ApproximateNumberOfMessagesToMove: task.toMove,
            FailureReason: task.failure,
            StartedTimestamp: task.startedAt,
          })),
        };
      },
    ),
  };
}

function existing(registry: QueueRegistry, arn: string): Queue {
  const queue = registry.findByArn(arn);
  if (queue === undefined)
    throw new SqsError(
      'ResourceNotFoundException',
      'The resource that you specified for the SourceArn parameter does not exist.',
    );
  return queue;
}
