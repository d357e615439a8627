import * as z from 'zod';
import { fileKey } from './import.ts';

/** What the import queue carries: it only says "look at it"; `arrived`: S3 says that the file is there. */
export type ImportMessage = { import_id: string; arrived?: boolean };

const own = z.object({ import_id: z.string() });
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const arrived = z.object({ Records: z.array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) })) });
/** S3 sends it once, when it is told to announce its objects. */
const announcement = z.object({ Event: z.literal('s3:TestEvent') });

/** The imports a message is about: one that we sent, or those whose files S3 says have arrived. */
export const importMessage = z.union([own, arrived, announcement]).transform((message): ImportMessage[] => {
  if ('import_id' in message) return [message];
  if ('Event' in message) return [];
  return message.Records.map(({ s3 }) => ({ import_id: importIdOf(s3.object.key), arrived: true }));
});

/** Keys come with their characters escaped, ours have none to escape. */
const importIdOf = (key: string): string => key.slice(fileKey('').length);
