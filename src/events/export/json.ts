import { eventView } from '../event.ts';
import type { FileFormat } from './format.ts';
import { seedEvent } from './seed-event.ts';

/** One array as the second seed shows it, an event a line. */
export const jsonFormat = (timeZone: string): FileFormat => ({
  contentType: 'application/json; charset=utf-8',
  head: '[',
  event: (event, index) => `${index === 0 ? '\n' : ',\n'}${JSON.stringify(seedEvent(event, timeZone))}`,
  // One that breaks off lacks this, and so is no JSON.
  tail: '\n]\n',
});

/** For programs: an event a line, whole, as the API answers it. */
export const linesFormat: FileFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: '',
  event: (event) => `${JSON.stringify(eventView(event))}\n`,
  tail: '',
};
