import * as z from 'zod';
import { downloadId } from './download.ts';
import { problem } from './problem.ts';

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
export const problemOf = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problem } },
});

export const invalid = problemOf('Something in the request is wrong; `errors` names the fields.');
export const missing = problemOf('There is no such download.');
export const byId = { params: z.object({ id: downloadId }) };
export const idempotent = {
  headers: z.object({
    'idempotency-key': z
      .string()
      .min(1)
      .max(255)
      .optional()
      .meta({ description: 'The same key and body within 24 h give the same answer, and nothing happens twice.' }),
  }),
};

export const requestedUrl = z
  .string()
  .meta({ example: 'https://example.com/video.mp4', description: 'http or https, 2,048 characters at most.' });
