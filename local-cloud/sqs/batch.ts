import * as z from 'zod';
import { type Operation, operation, parseInput } from './operation.ts';
import type { Queue } from './queue.ts';
import type { QueueRegistry } from './queue-registry.ts';
import { SqsError } from './sqs-error.ts';

const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** An operation on up to ten entries, each of which succeeds or fails by itself. `run` answers every entry it is given. */
export function batch<S extends z.ZodObject>(
  registry: QueueRegistry,
  entry: S,
  run: (target: Queue, entries: z.infer<S>[]) => (object | SqsError)[],
): Operation {
  return operation(
    z.strictObject({ QueueUrl: z.string(), Entries: z.array(z.looseObject({ Id: z.string() })) }),
    ({ QueueUrl, Entries }) => {
      const target = registry.byUrl(QueueUrl);
      checkIds(Entries.map(({ Id }) => Id));
      const parsed = Entries.map((one) => {
        const { Id: _, ...rest } = one;
        return attempt(() => parseInput(entry, rest));
      });
      const answers = run(target, parsed.filter(isAccepted)).values();
      const Successful: object[] = [];
      const Failed: object[] = [];
      for (const [index, { Id }] of Entries.entries()) {
        const outcome = parsed[index] instanceof SqsError ? parsed[index] : answers.next().value;
        if (outcome instanceof SqsError)
          Failed.push({ Id, SenderFault: true, Code: outcome.queryCode, Message: outcome.message });
        else Successful.push({ Id, ...outcome });
      }
      return { ...(Successful.length > 0 && { Successful }), ...(Failed.length > 0 && { Failed }) };
    },
  );
}

/** The step's result, or the refusal it ended in. */
export function attempt<T>(step: () => T): T | SqsError {
  try {
    return step();
  } catch (error) {
    if (error instanceof SqsError) return error;
    throw error;
  }
}

export function isAccepted<T>(outcome: T | SqsError): outcome is T {
  return !(outcome instanceof SqsError);
}

function checkIds(ids: string[]): void {
  if (ids.length === 0) throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (ids.length > 10)
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${ids.length}.`,
    );
  const invalid = ids.find((id) => !ENTRY_ID.test(id));
  if (invalid !== undefined)
    throw new SqsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw new SqsError('BatchEntryIdsNotDistinct', `Id ${repeated} repeated.`);
}
