import * as z from 'zod';
import { NOTICE_LEVELS } from '../../../contract/notice.ts';

/** What the system itself tells administrators, for this page to say it in the reader's language. */
export const said = z.object({
  code: z.enum(['dead_letter', 'import_failed', 'import_undone', 'events_imported']),
  subject: z.string(),
  created: z.int().optional(),
  updated: z.int().optional(),
});

/** Something announced, as it is kept here. */
export const notice = z.object({
  seq: z.string(),
  from: z.enum(['general', 'admin']),
  level: z.enum(NOTICE_LEVELS),
  message: z.string(),
  said: said.optional(),
  at: z.string(),
});
export type Notice = z.infer<typeof notice>;
export const notices = z.array(notice);

export const LEVEL_COLORS = { info: 'blue', warning: 'yellow', maintenance: 'orange' } as const satisfies Record<
  Notice['level'],
  string
>;
