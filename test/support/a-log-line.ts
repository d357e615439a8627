import type { Said } from '../../contract/log-code.ts';
import type { LogLine } from '../../contract/notification.ts';
import { at } from './a-download.ts';

/** The line that says this, so many seconds after the download was asked for; the server's sentence is not what a page shows. */
export const aLogLine = (seq: number, said: Said, seconds = seq): LogLine => ({
  type: 'log',
  id: 'd1',
  seq,
  level: 'info',
  message: 'a frase do servidor',
  ...said,
  at: at(seconds).toISOString(),
  timestamp: at(seconds).toISOString(),
});
