import type * as z from 'zod';

type Context = { getRemainingTimeInMillis(): number };

/** The edge of a function that is started by a schedule or by another function, with an input. */
export function started<T>(schema: z.ZodType<T>, handle: (input: T, remaining: () => number) => Promise<void>) {
  return async (event: unknown, context: Context): Promise<void> =>
    handle(schema.parse(event), () => context.getRemainingTimeInMillis());
}
