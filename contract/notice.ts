import * as z from 'zod';

/** Told again because the listener asked for what it missed. */
export const replayed = z.literal(true).optional();

export const NOTICE_LEVELS = ['info', 'warning', 'maintenance'] as const;

/** What somebody announces to everybody, by `POST /notifications`. */
export const generalMessage = z.object({
  type: z.literal('general_message'),
  seq: z.ulid(),
  level: z.enum(NOTICE_LEVELS),
  message: z.string(),
  replayed,
  timestamp: z.iso.datetime(),
});
export type GeneralMessage = z.infer<typeof generalMessage>;

export const noticeList = z
  .object({ notices: z.array(generalMessage).meta({ description: 'Newest first.' }) })
  .meta({ id: 'NoticeList' });
