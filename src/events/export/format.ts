import type { ExportQuery } from '../../../contract/event-routes.ts';
import type { EventRecord } from '../event.ts';
import { calendarFormat } from './calendar.ts';
import { csvFormat } from './csv.ts';
import { jsonFormat, linesFormat } from './json.ts';

/** How a file of events is written, one event at a time. */
export type FileFormat = {
  contentType: string;
  head: string;
  event(event: EventRecord, index: number): string;
  tail: string;
};

export function formatOf({ format, bom, delimiter }: ExportQuery, timeZone: string): FileFormat {
  switch (format) {
    case 'json':
      return jsonFormat(timeZone);
    case 'ndjson':
      return linesFormat;
    case 'csv':
      return csvFormat({ bom: bom === '1', delimiter, timeZone });
    case 'ics':
      return calendarFormat;
  }
}
