import type { FileFormat } from './format.ts';
import { seedEvent } from './seed-event.ts';

const COLUMNS = ['title', 'description', 'event_date', 'city', 'participants', 'local_info'] as const;

type Options = { bom: boolean; delimiter: ',' | ';'; timeZone: string };

/**
 * The columns of the second seed by RFC 4180; participants are joined by `;`, local_info is JSON, as are participants with a `;` in a name. What a spreadsheet would run as a
 * formula gets an apostrophe in front, and so does what already begins with apostrophes before such a character: whoever imports it
 * again takes one apostrophe away from every cell that matches ESCAPED, and has the text as it was.
 */
export function csvFormat({ bom, delimiter, timeZone }: Options): FileFormat {
  const line = (cells: string[]) => `${cells.map((cell) => quoted(harmless(cell), delimiter)).join(delimiter)}\r\n`;
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: `${bom ? '\uFEFF' : ''}${line([...COLUMNS])}`,
    event: (event) => {
      const { title, description, event_date, city, participants, local_info } = seedEvent(event, timeZone);
      const place = local_info === null ? '' : JSON.stringify(local_info);
      return line([title, description, event_date, city, joined(participants), place]);
    },
    tail: '',
  };
}

/** https://owasp.org/www-community/attacks/CSV_Injection */
const RISKY = /^'*[=+\-@\t\r\n＝＋－＠]/;
/** A cell that was written with one more apostrophe than it has. */
export const ESCAPED = /^''*[=+\-@\t\r\n＝＋－＠]/;

const harmless = (cell: string): string => (RISKY.test(cell) ? `'${cell}` : cell);

function quoted(cell: string, delimiter: string): string {
  const isPlain = !/["\r\n]/.test(cell) && !cell.includes(delimiter) && cell === cell.trim();
  return isPlain ? cell : `"${cell.replaceAll('"', '""')}"`;
}

/** Joined by `;`; names that would not come back so, because of a separator of their own, as a JSON array. */
function joined(participants: readonly string[]): string {
  const text = participants.join(';');
  const isSplit = participants.length === 1 ? /[;|,\n]/.test(text) : participants.some((name) => name.includes(';'));
  return isSplit || text.startsWith('[') ? JSON.stringify(participants) : text;
}
