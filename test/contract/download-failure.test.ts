import { expect, test } from 'vitest';
import { downloadFailures, remedy } from '../../contract/download-failure.ts';

const failures = Object.entries(downloadFailures);

test.each(failures)('%s is told in a sentence of each language, with a remedy', (code, failure) => {
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  for (const sentence of [failure.pt, failure.en]) expect(sentence).toMatch(/^\p{Lu}.{10,160}\.$/u);
  expect(failure.pt).not.toBe(failure.en);
  expect(remedy.options).toContain(failure.remedy);
});

test('no two failures are told alike, and every remedy helps with something', () => {
  for (const language of ['pt', 'en'] as const) {
    expect(new Set(failures.map(([, failure]) => failure[language])).size).toBe(failures.length);
  }
  expect(new Set(failures.map(([, failure]) => failure.remedy))).toEqual(new Set(remedy.options));
});
