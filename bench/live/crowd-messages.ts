import * as z from 'zod';

/** What a process of listeners is asked to do, one after the other. `expected`: by path, what each listener there must have heard. */
export const command = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('open'),
    paths: z.array(z.object({ path: z.string(), count: z.number() })),
    atOnce: z.number(),
  }),
  z.object({ do: z.literal('listen') }),
  z.object({ do: z.literal('report'), expected: z.record(z.string(), z.array(z.string())) }),
]);
export type Command = z.infer<typeof command>;

const summary = z.object({
  messages: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
});
const report = z.object({
  listeners: z.number(),
  notGreeted: z.number(),
  closed: z.number(),
  /** Things to be heard, of all listeners together; and how many of them were not. */
  expected: z.number(),
  lost: z.number(),
  /** By path and what it was, how many listeners did not hear it. */
  missed: z.record(z.string(), z.number()),
  /** Heard more than once by the same listener. */
  doubled: z.number(),
  /** The last state of the queue that each heard, and how many heard it last. */
  queues: z.record(z.string(), z.number()),
  /** Milliseconds from a message's own time to its arrival; `tick`: between two dashboards. */
  summaries: z.record(z.string(), summary),
});
export type Report = z.infer<typeof report>;

export const answer = z.object({
  opened: z.number().optional(),
  retried: z.number().optional(),
  report: report.optional(),
});
export type Answer = z.infer<typeof answer>;
