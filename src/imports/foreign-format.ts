import type { ImportFailureCode } from '../../contract/import-failure.ts';

type Foreign = Extract<ImportFailureCode, `is_${string}` | 'not_csv'>;

const MARKS: [mark: Buffer, format: Foreign][] = [
  [Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'is_spreadsheet'],
  [Buffer.from('1f8b', 'hex'), 'is_archive'],
  [Buffer.from("7z\xbc\xaf'\x1c", 'latin1'), 'is_archive'],
  [Buffer.from('Rar!\x1a'), 'is_archive'],
  [Buffer.from('%PDF-'), 'is_document'],
  [Buffer.from('{\\rtf'), 'is_document'],
];

/** What the file is when it is no CSV: `sample` are its first bytes, `text` the same in UTF-8. */
export function foreignFormat(sample: Buffer, text: Buffer): Foreign | null {
  const marked = MARKS.find(([mark]) => sample.subarray(0, mark.length).equals(mark));
  if (marked !== undefined) return marked[1];
  if (sample.subarray(0, 4).toString('latin1') === 'PK\x03\x04') return zipFormat(sample);
  if (isBinary(text)) return 'not_csv';
  const beginning = text.toString('utf8', 0, 512).trimStart();
  if (/^<(!doctype|html|\?xml|table)\b/i.test(beginning)) return 'is_document';
  return /^(\{\s*"|\[\s*[[{"\]])/.test(beginning) ? 'is_json' : null;
}

/** Spreadsheets of our days are zip archives of certain files. */
function zipFormat(sample: Buffer): Foreign {
  const names = sample.toString('latin1');
  return /xl\/|\[Content_Types\]\.xml|opendocument\.spreadsheet/.test(names) ? 'is_spreadsheet' : 'is_archive';
}

/** Much of it is what no text has: control characters other than tabs, ends of lines, pages and files. */
function isBinary(text: Buffer): boolean {
  let binary = 0;
  for (const byte of text) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 26 && byte !== 27)) binary += 1;
  return binary > 3 && binary > text.length / 100;
}
