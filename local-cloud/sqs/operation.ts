import type * as z from 'zod';
import { invalidValue, SqsError } from './sqs-error.ts';

/** One operation of the API: its input as JSON, to its output. */
export type Operation = (input: unknown, signal: AbortSignal | undefined) => unknown;

/** An operation that is given its input only when it fits the schema, and is refused by name otherwise. */
export function operation<S extends z.ZodType>(
  schema: S,
  run: (input: z.infer<S>, signal: AbortSignal | undefined) => unknown,
): Operation {
  return (input, signal) => run(parseInput(schema, input), signal);
}

/** The input as the schema has it. Throws SqsError. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error, input);
}

function refusal(error: z.ZodError, input: unknown): SqsError {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys')
    return new SqsError(
      'InvalidParameterValue',
      `Unknown parameter ${[path, ...issue.keys].filter(Boolean).join('.')}.`,
    );
  const value = valueAt(input, issue?.path ?? []);
  if (value === undefined) return new SqsError('MissingParameter', `The request must contain the parameter ${path}.`);
  return invalidValue(path, value, issue?.message ?? 'It is of the wrong type.');
}

function valueAt(input: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}
