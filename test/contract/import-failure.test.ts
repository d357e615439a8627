import { expect, test } from 'vitest';
import { importFailures } from '../../contract/import-failure.ts';
import { rowErrors } from '../../contract/row-error.ts';

const sentences = [...Object.entries(importFailures), ...Object.entries(rowErrors)];

test.each(sentences)('%s is told in a sentence of each language, with the same blanks', (code, told) => {
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  for (const sentence of [told.pt, told.en]) expect(sentence).toMatch(/^\p{Lu}.{10,160}\.$/u);
  expect(told.pt).not.toBe(told.en);
  const blanks = (sentence: string) => sentence.match(/\{\w+\}/g)?.toSorted();
  expect(blanks(told.pt)).toEqual(blanks(told.en));
});

test('no two mistakes are told alike', () => {
  for (const language of ['pt', 'en'] as const)
    expect(new Set(sentences.map(([, told]) => told[language])).size).toBe(sentences.length);
});
