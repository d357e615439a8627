import { expect, test } from 'vitest';
import { detectDialect } from '../../src/imports/detect-dialect.ts';
import { awkwardFiles } from '../fixtures/csv/awkward.ts';
import { dialectOf, tellRows } from '../support/read-csv.ts';

test.each(awkwardFiles)('%s', async (_what, bytes, expected) => {
  if ('failure' in expected) {
    const failure = { kind: 'failure', code: expected.failure, columns: expected.columns ?? [] };
    expect(detectDialect(bytes, bytes.length)).toEqual(failure);
    return;
  }
  expect(dialectOf(bytes)).toMatchObject(expected.dialect ?? {});
  expect(await tellRows(bytes)).toEqual(expected.rows);
});
