import type { Dialect } from '../../contract/dialect.ts';
import { bomOf, encodeText } from '../../src/imports/encoding.ts';
import type { Random } from './random.ts';

type Written = Pick<Dialect, 'encoding' | 'bom' | 'delimiter' | 'newline' | 'quote_escape'>;
type Known = { cells: string[]; line: number; from: number; to: number };

const HEADER = ['título', 'descrição', 'data', 'cidade', 'participantes', 'local_info'];
const PARTS = [
  'a',
  'Zé',
  'ção',
  ' ',
  ',',
  ';',
  '\t',
  '|',
  '"',
  '""',
  '\\',
  '\\"',
  '\n',
  '\r\n',
  '\r',
  '€',
  '{"a": 1}',
  "'=1",
  '0',
];
const WIDE_PARTS = [...PARTS, '🎉', '漢字', '\u00a0', '\ufeff', '\u2028'];

/** Rows of any content in a file of any dialect, and where each is in it. */
export function randomFile(random: Random, mostRows = 30): { bytes: Buffer; written: Written; rows: Known[] } {
  const encoding = random.pick(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const);
  const written: Written = {
    encoding,
    bom: encoding !== 'windows-1252' && random.below(2) === 0,
    delimiter: random.pick([',', ';', '\t', '|'] as const),
    newline: random.pick(['\n', '\r\n', '\r'] as const),
    quote_escape: random.pick(['doubled', 'backslash'] as const),
  };
  const cell = () => random.times(5, () => random.pick(encoding === 'windows-1252' ? PARTS : WIDE_PARTS)).join('');
  let text = `${HEADER.join(written.delimiter)}${written.newline}`;
  const bomBytes = written.bom ? bomOf(encoding).length : 0;
  const offset = () => bomBytes + encodeText(encoding, text).length;
  const rows: Known[] = [];
  for (let left = 1 + random.below(mostRows); left > 0; left -= 1) {
    const cells = [`x${cell()}`, ...Array.from({ length: 5 }, cell)];
    const from = offset();
    const line = linesIn(text) + 1;
    const ends = left > 1 || random.below(2) === 0;
    text +=
      cells.map((text) => cellText(text, written, random)).join(written.delimiter) + (ends ? written.newline : '');
    rows.push({ cells, line, from, to: offset() });
  }
  const bytes = Buffer.concat([written.bom ? bomOf(encoding) : Buffer.alloc(0), encodeText(encoding, text)]);
  return { bytes, written, rows };
}

function cellText(text: string, { quote_escape }: Written, random: Random): string {
  const plain = /^[a-zé€çã0]*$/.test(text);
  if (plain && random.below(4) > 0) return text;
  return `"${quote_escape === 'backslash' ? text.replace(/["\\]/g, '\\$&') : text.replaceAll('"', '""')}"`;
}

const linesIn = (text: string) => text.match(/\r\n|\n|\r/g)?.length ?? 0;
