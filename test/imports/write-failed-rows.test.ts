import { expect, test } from 'vitest';
import { encodeText } from '../../src/imports/encoding.ts';
import { parseRow } from '../../src/imports/parse-row.ts';
import { writeFailedRows } from '../../src/imports/write-failed-rows.ts';
import { dialectOf, parseDate, rowsFrom, tellRows } from '../support/read-csv.ts';

const HEADER = 'sep=;\r\nTítulo;Data;Cidade;Participantes';
const LINES = [
  'A;01/07/2025;Recife;',
  'São João;;"Caruaru "; x',
  'B;"01/07',
  '/2025";Olinda',
  'C;1;2;3;4;5;6',
  '"D;02/07/2025;Belém;',
  'E;03/07/2025;Natal;',
];
const encodings = [
  { encoding: 'utf-8', mark: '\ufeff' },
  { encoding: 'utf-16le', mark: '\ufeff' },
  { encoding: 'utf-16be', mark: '' },
  { encoding: 'windows-1252', mark: '' },
] as const;

/** The file of a file's failed rows. */
async function failedOf(bytes: Buffer): Promise<Buffer> {
  const dialect = dialectOf(bytes);
  const failed = (await rowsFrom(bytes, dialect)).flatMap((row) => {
    const parsed = parseRow({ dialect, parseDate, language: 'pt' }, row);
    if (parsed.kind === 'event') return [];
    return [
      {
        bytes: bytes.subarray(row.from, row.to),
        line: row.line,
        error: parsed.errors.map(({ message }) => message).join('\n'),
      },
    ];
  });
  const pieces: Buffer[] = [];
  for await (const piece of writeFailedRows(dialect, bytes.subarray(0, dialect.rows_from), failed)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test.each(encodings)(
  'failed rows come back as they were, with line and error, in $encoding',
  async ({ encoding, mark }) => {
    const file = encodeText(encoding, `${mark}${[HEADER, ...LINES].join('\r\n')}`);
    const failed = await failedOf(file);
    expect(dialectOf(failed)).toMatchObject({ encoding, delimiter: ';', newline: '\r\n', unknown_columns: [] });
    const text = encoding === 'windows-1252' ? failed.toString('latin1') : new TextDecoder(encoding).decode(failed);
    const lines = text.split('\r\n');
    expect(lines.slice(0, 3)).toEqual([
      'sep=;',
      '_line;_error;Título;Data;Cidade;Participantes',
      '4;"Está vazio, mas é obrigatório.";São João;;"Caruaru "; x',
    ]);
    expect(lines.slice(3).map((line) => line.replace(/"[^"]*";/, ''))).toEqual([
      '5;B;"01/07',
      '/2025";Olinda',
      '7;C;1;2;3;4;5;6',
      expect.stringMatching(/^8;.*"D;02\/07\/2025;Belém;$/),
      '',
    ]);
  },
);

test('sent again as they are they fail alike, repaired they are the missing events', async () => {
  const file = Buffer.from([HEADER, ...LINES].join('\r\n'));
  const failed = await failedOf(file);
  expect(await tellRows(failed)).toEqual([
    '3 event_date: required',
    '4 event_date: invalid_date',
    '6 row: too_many_cells',
    '7 row: unterminated_quote',
  ]);
  const repaired = failed
    .toString()
    .replace('São João;', 'São João;24/06/2025')
    .replace('"01/07\r\n/2025"', '01/07/2025')
    .replace('C;1;2;3;4;5;6', 'C;01/07/2025;Rio;')
    .replace('"D;', 'D;');
  expect(await tellRows(Buffer.from(repaired))).toEqual([
    '3 São João, 2025-06-24T03:00, Caruaru',
    '4 B, 2025-07-01T03:00, Olinda',
    '5 C, 2025-07-01T03:00, Rio',
    '6 D, 2025-07-02T03:00, Belém',
  ]);
});

test.each(encodings)(
  'what fails again has the notes of the last time only, in $encoding',
  async ({ encoding, mark }) => {
    const file = encodeText(encoding, `${mark}${[HEADER, '10;sem data;"Caruaru";', '11;"12";"13"'].join('\r\n')}`);
    const failed = await failedOf(file);
    expect((await failedOf(failed)).toString('latin1')).toBe(failed.toString('latin1'));
  },
);
