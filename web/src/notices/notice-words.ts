import type { TFunction } from 'i18next';
import type { Notice } from './notice.ts';

/** What somebody wrote, as it is; what the system tells, in the reader's language. */
export const noticeWords = (t: TFunction, { said, message }: Notice): string =>
  said === undefined ? message : t(`notices.said.${said.code}`, said);
