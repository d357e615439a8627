import * as z from 'zod';

export type Failure = z.infer<typeof failure>;
export type WorkerMessage = z.infer<typeof workerMessage>;

const failure = z.object({ errorType: z.string(), errorMessage: z.string(), trace: z.array(z.string()) });

const metadata = z.object({
  statusCode: z.int().min(100).max(599).exactOptional(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).exactOptional(),
  cookies: z.array(z.string()).exactOptional(),
});

/** What worker.mjs tells its host. */
export const workerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('init-failed'), error: failure }),
  z.object({ type: z.literal('stream-start'), metadata: metadata.optional() }),
  z.object({ type: z.literal('done'), payload: z.string(), streamedBytes: z.int() }),
  z.object({ type: z.literal('failed'), error: failure, streamedBytes: z.int(), exiting: z.boolean() }),
]);
