import { expect, test } from 'vitest';
import { KEPT_LINES, withLines } from '../../web/src/console/with-lines.ts';
import { aLogLine } from '../support/a-log-line.ts';

const aLine = (seq: number) => aLogLine(seq, { code: 'download_storing', values: {} });
const seqs = (lines: readonly { seq: number }[]) => lines.map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => aLine(index + 1));

test('lines come in their order and none twice, however they arrive', () => {
  expect(seqs(withLines([], [aLine(1), aLine(2)]))).toEqual([1, 2]);
  expect(seqs(withLines([aLine(1), aLine(2)], [aLine(3)]))).toEqual([1, 2, 3]);
  expect(seqs(withLines([aLine(2), aLine(4)], [aLine(3), aLine(1), aLine(4), aLine(5)]))).toEqual([1, 2, 3, 4, 5]);
});

test('of more lines than are kept the newest stay', () => {
  const lines = withLines(upTo(KEPT_LINES), [aLine(KEPT_LINES + 1), aLine(KEPT_LINES + 2)]);
  expect(lines).toHaveLength(KEPT_LINES);
  expect([lines[0]?.seq, lines.at(-1)?.seq]).toEqual([3, KEPT_LINES + 2]);
});
