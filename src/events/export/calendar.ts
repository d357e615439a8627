import type { EventRecord } from '../event.ts';
import type { FileFormat } from './format.ts';

const MAX_LINE_BYTES = 75;

/** RFC 5545, written by hand because libraries (ical-generator) make the whole calendar in memory before its first byte. */
export const calendarFormat: FileFormat = {
  contentType: 'text/calendar; charset=utf-8',
  head: lines([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//FastTrack//Eventos//PT',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
  ]),
  event: (event) => lines(['BEGIN:VEVENT', ...properties(event), 'END:VEVENT']),
  // One that breaks off lacks this, and so is no calendar.
  tail: lines(['END:VCALENDAR']),
};

function properties({ id, title, description, event_date, city, participants, ...event }: EventRecord): string[] {
  const { location_name, address } = event.local_info ?? {};
  const where = [location_name, address, city].filter((part) => typeof part === 'string').join(', ');
  const who = participants.length === 0 ? '' : `Participantes: ${participants.join(', ')}`;
  const about = [description, who].filter((part) => part !== '').join('\n\n');
  return [
    `UID:${id}@fasttrack`,
    `DTSTAMP:${stamp(event.updated_at)}`,
    `CREATED:${stamp(event.created_at)}`,
    `LAST-MODIFIED:${stamp(event.updated_at)}`,
    `SEQUENCE:${event.version - 1}`,
    `DTSTART:${stamp(event_date)}`,
    `SUMMARY:${escaped(title)}`,
    ...(about === '' ? [] : [`DESCRIPTION:${escaped(about)}`]),
    `LOCATION:${escaped(where)}`,
  ];
}

/** `20250701T130000Z`: iCalendar knows whole seconds. */
const stamp = (at: string): string => `${at.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

function escaped(text: string): string {
  return (
    text
      .replaceAll(/\r\n?/g, '\n')
      // Not allowed at all in a value: RFC 5545, 3.3.11.
      // oxlint-disable-next-line no-control-regex -- control characters are what it looks for.
      .replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F]/g, '')
      .replaceAll(/[\\;,]/g, String.raw`\$&`)
      .replaceAll('\n', String.raw`\n`)
  );
}

function lines(all: string[]): string {
  return all.map((line) => `${folded(line)}\r\n`).join('');
}

/** Lines of 75 bytes at most, goes on behind a space; no character is cut in two. */
function folded(line: string): string {
  const parts: string[] = [''];
  let bytes = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (bytes + size > MAX_LINE_BYTES) {
      parts.push('');
      bytes = 1;
    }
    parts[parts.length - 1] += character;
    bytes += size;
  }
  return parts.join('\r\n ');
}
