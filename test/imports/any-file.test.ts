import { expect, test } from 'vitest';
import type { Dialect } from '../../contract/dialect.ts';
import { toUtf8 } from '../../src/imports/encoding.ts';
import { RECORD_BYTES, recordSplitter, type RawRecord } from '../../src/imports/split-records.ts';
import { random, type Random } from '../support/random.ts';
import { randomFile } from '../support/random-csv.ts';
import { dialectOf, rowsFrom } from '../support/read-csv.ts';

const seeds = Array.from({ length: Number(process.env['SEEDS'] ?? 40) }, (_, seed) => seed);

/** As detected; only the escape is told, for a few rows need not say it. */
function aFile(seed: number) {
  const file = randomFile(random(seed));
  const dialect: Dialect = { ...dialectOf(file.bytes), quote_escape: file.written.quote_escape };
  return { ...file, dialect };
}

/** Quotes, delimiters and line ends put in, or bytes taken out, anywhere behind the header. */
function damaged(bytes: Buffer, from: number, dice: Random): Buffer {
  let damaged = bytes;
  for (let left = dice.below(6); left > 0; left -= 1) {
    const at = from + 2 * dice.below(Math.max(1, Math.floor((damaged.length - from) / 2)));
    const put = Buffer.from(dice.pick(['"', ',', '\n', '\r', '\\', '""', ' ', '']), 'utf16le');
    damaged = Buffer.concat([damaged.subarray(0, at), put, damaged.subarray(at + 2 * dice.below(3))]);
  }
  return damaged;
}

test.each(seeds)('what was written is read, at its line and its bytes (%i)', async (seed) => {
  const { bytes, written, rows, dialect } = aFile(seed);
  expect(dialect).toMatchObject({ ...written, quote_escape: dialect.quote_escape });
  const read = await rowsFrom(bytes, dialect);
  expect(
    read.map((row) => row.kind === 'row' && { cells: row.cells, line: row.line, from: row.from, to: row.to }),
  ).toEqual(rows);
});

test.each(seeds)('a damaged file is the same records in whatever pieces it comes, with no byte lost (%i)', (seed) => {
  const { bytes, dialect } = aFile(seed);
  const dice = random(seed + 1000);
  const rest = damaged(bytes, dialect.rows_from, dice).subarray(dialect.rows_from);
  const place = { offset: dialect.rows_from, line: dialect.rows_line };
  const split = (size: () => number): RawRecord[] => {
    const splitter = recordSplitter(dialect, place);
    const transcoder = toUtf8(dialect.encoding);
    const records: RawRecord[] = [];
    for (let at = 0; at < rest.length;) {
      const piece = rest.subarray(at, at + size());
      at += piece.length;
      records.push(
        ...splitter
          .push(transcoder.take(piece), false)
          .map((record) => ({ ...record, bytes: Buffer.from(record.bytes) })),
      );
    }
    return [...records, ...splitter.push(transcoder.end(), true)];
  };
  const whole = split(() => rest.length);
  expect(split(() => 1 + dice.below(9))).toEqual(whole);
  expect(whole.map(({ from }) => from)).toEqual([place.offset, ...whole.map(({ to }) => to)].slice(0, -1));
});

test.each(['utf8', 'utf16le'] as const)(
  'a long file is the same rows in whatever pieces it comes (%s)',
  async (encoding) => {
    const cells = Array.from({ length: 9_000 }, (_, row) => [
      `Música ${row} 🎉`,
      '01/07/2025',
      row % 7 === 0 ? 'Belém,\r\n"PA"' : 'Olinda',
    ]);
    const lines = cells.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','));
    const bytes = Buffer.from(`\ufefftitle,event_date,city\r\n${lines.join('\r\n')}\r\n`, encoding);
    const dialect = dialectOf(bytes);
    const whole = await rowsFrom(bytes, dialect, undefined, () => bytes.length);
    expect(whole.map((row) => row.kind === 'row' && row.cells)).toEqual(cells);
    expect(whole.map(({ from }) => from)).toEqual([dialect.rows_from, ...whole.map(({ to }) => to)].slice(0, -1));
    expect(whole.at(-1)?.to).toBe(bytes.length);
    for (const size of [4_099, 65_536, 100_001])
      expect(await rowsFrom(bytes, dialect, undefined, () => size)).toEqual(whole);
  },
);

test('what is too long does not depend on the pieces either', () => {
  const ends = ['x', '"x"', '"x', 'x,"y"', '"x"y'].flatMap((end) => [-1, 0, 1].map((more) => ({ end, more })));
  const shape = { encoding: 'utf-8', delimiter: ',', quote_escape: 'doubled', width: 3 } as const;
  for (const { end, more } of ends) {
    const inside = RECORD_BYTES + more - end.length;
    const long = end.replace('x', end.startsWith('"') ? 'x'.repeat(9).padEnd(inside, '\n') : 'x'.repeat(inside));
    for (const file of [long, `${long}\na,b,c\n`, `a,b,c\r\n${long}\r\na,b,c`].map((text) => Buffer.from(text))) {
      const split = (size: number) => {
        const splitter = recordSplitter(shape, { offset: 0, line: 1 });
        const count = Math.ceil(file.length / size);
        const pieces = Array.from({ length: count }, (_, at) => Buffer.from(file.subarray(at * size, (at + 1) * size)));
        const records = pieces.flatMap((piece, at) => splitter.push(piece, at === count - 1));
        return records.map(({ bytes, ...record }) => ({ ...record, shown: bytes.length }));
      };
      const whole = split(file.length);
      expect(whole.at(-1)?.to).toBe(file.length);
      for (const size of [100_001, RECORD_BYTES, 2 * RECORD_BYTES]) expect(split(size)).toEqual(whole);
    }
  }
});

test.each(seeds)(
  'a damaged file is read on from any border of rows as if it had never been left (%i)',
  async (seed) => {
    const { bytes, dialect } = aFile(seed);
    const dice = random(seed + 2000);
    const file = damaged(bytes, dialect.rows_from, dice);
    const rows = await rowsFrom(file, dialect);
    const left = dice.below(rows.length);
    const row = rows[left];
    if (row === undefined) return;
    const again = await rowsFrom(file, dialect, { offset: row.to, line: row.nextLine }, () => 1 + dice.below(99));
    expect(again).toEqual(rows.slice(left + 1));
  },
);
