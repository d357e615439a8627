import { expect, test } from 'vitest';
import type { Said } from '../../contract/log-code.ts';
import { attemptsOf } from '../../web/src/downloads/detail/attempts.ts';
import { at } from '../support/a-download.ts';
import { aLogLine } from '../support/a-log-line.ts';

const requested: Said = { code: 'download_requested', values: { url: 'https://example.com/a.mp4', quality: 'best' } };
const started = (percent = 0): Said => ({ code: 'download_started', values: { percent } });
const takenOver = (percent: number): Said => ({ code: 'download_taken_over', values: { percent } });
const transferring: Said = { code: 'download_transferring', values: { title: 'a', format: 'mp4', bytes: 1000 } };
const storing: Said = { code: 'download_storing', values: {} };
const paused: Said = { code: 'download_paused', values: { percent: 40 } };
const requeued: Said = { code: 'download_requeued', values: {} };
const retried: Said = { code: 'download_retried', values: {} };
const cancelled: Said = { code: 'download_cancelled', values: {} };
const completed: Said = { code: 'download_completed', values: { bytes: 1000 } };
const failed: Said = { code: 'download_failed', values: { error_code: 'source_unavailable', choices: [] } };

/** Of each attempt, newest first: its number, from how many percent, how it ended, and how long it took. */
const told = (...all: Said[]) =>
  attemptsOf(all.map((said, index) => aLogLine(index + 1, said, 10 * index))).map(
    ({ number, startedAt, fromPercent, end }) => [
      number,
      fromPercent,
      end?.how ?? 'running',
      end && (Date.parse(end.line.at) - Date.parse(startedAt)) / 1000,
    ],
  );

test('before a worker has taken it there is no attempt, however it ends', () => {
  expect(told(requested)).toEqual([]);
  expect(told(requested, cancelled)).toEqual([]);
});

test('an attempt begins when a worker takes it and runs until a line says how it ended', () => {
  expect(told(requested, started(), transferring)).toEqual([[1, 0, 'running', null]]);
  expect(told(requested, started(), transferring, storing, completed)).toEqual([[1, 0, 'completed', 30]]);
});

test('one that failed and was tried again is two, the newest first, the failed one with its line', () => {
  const lines = [requested, started(), failed, retried, started(), completed];
  expect(told(...lines)).toEqual([
    [2, 0, 'completed', 10],
    [1, 0, 'failed', 10],
  ]);
  const first = attemptsOf(lines.map((said, index) => aLogLine(index, said))).at(-1);
  expect(first).toMatchObject({ startedAt: at(1).toISOString(), end: { line: { values: failed.values } } });
});

test('what was paused goes on from where it was', () => {
  expect(told(requested, started(), paused, requeued, started(40), cancelled)).toEqual([
    [2, 40, 'cancelled', 10],
    [1, 0, 'paused', 10],
  ]);
});

test('a worker that stopped leaves an attempt that the next one took over', () => {
  expect(told(requested, started(), takenOver(12.5), takenOver(60), completed)).toEqual([
    [3, 60, 'completed', 10],
    [2, 12.5, 'taken_over', 10],
    [1, 0, 'taken_over', 10],
  ]);
});

test('a log that has lost its beginning, or that was written before lines had codes, tells of what it can', () => {
  expect(told(failed, retried, started(), completed)).toEqual([[1, 0, 'completed', 10]]);
  const { code: _code, values: _values, ...old } = aLogLine(1, started());
  expect(attemptsOf([old])).toEqual([]);
});
