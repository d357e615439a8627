import { expect, test } from 'vitest';
import { ANY_HOST } from '../../../src/media/host-rules.ts';
import { sourceChain } from '../../../src/media/sources/chain.ts';
import { SourceBroken } from '../../../src/media/sources/source-broken.ts';
import { SourceFailed } from '../../../src/media/source-failed.ts';
import type { Resolved, Source } from '../../../src/media/source.ts';

const { signal } = new AbortController();
const asked: string[] = [];

function aSource(name: string, outcome: Error | string, handles = true): Source {
  const answer = async (): Promise<never> => {
    asked.push(name);
    if (outcome instanceof Error) throw outcome;
    return { title: outcome } as Resolved as never;
  };
  return { name, handles: () => handles, resolve: answer, inspect: answer };
}
const resolve = (...sources: Source[]) => {
  asked.length = 0;
  return sourceChain(sources).resolve('https://example.com/x', 'best', signal);
};
const broken = new SourceBroken('the page is new');
const last = aSource('last', 'from the last');

test('the first source that knows the URL answers, and is named', async () => {
  const other = aSource('other', 'not its URL', false);
  expect(await resolve(other, aSource('first', 'from the first'), last)).toEqual({
    title: 'from the first',
    source: 'first',
  });
  expect(asked).toEqual(['first']);
  expect(await sourceChain([other, last]).inspect('https://example.com/x', signal)).toMatchObject({ source: 'last' });
});

test('a broken source passes the question on', async () => {
  expect(await resolve(aSource('first', broken), last)).toMatchObject({ source: 'last' });
  expect(asked).toEqual(['first', 'last']);
});

test('a host that may not be asked for is asked nothing', async () => {
  asked.length = 0;
  const limited = sourceChain([last], { hosts: { allowed: [], denied: ['example.com'] }, maxDurationSeconds: 1 });
  const refusal = { code: 'host_not_allowed' };
  await expect(limited.resolve('https://www.example.com/x', 'best', signal)).rejects.toMatchObject(refusal);
  await expect(limited.inspect('https://example.com/x', signal)).rejects.toMatchObject(refusal);
  expect(asked).toEqual([]);
});

test('media that lasts too long is refused, but may be looked at; what tells no duration is taken', async () => {
  const lasting = (duration: number | null): Source => {
    const answer = async () => ({ duration }) as Resolved as never;
    return { name: 'film', handles: () => true, resolve: answer, inspect: answer };
  };
  const limits = { hosts: ANY_HOST, maxDurationSeconds: 3_600 };
  const chain = (duration: number | null) => sourceChain([lasting(duration)], limits);
  const url = 'https://example.com/x';
  await expect(chain(3_601).resolve(url, 'best', signal)).rejects.toMatchObject({ code: 'too_long' });
  expect(await chain(3_601).inspect(url, signal)).toMatchObject({ duration: 3_601 });
  expect(await chain(3_600).resolve(url, 'best', signal)).toMatchObject({ duration: 3_600 });
  expect(await chain(null).resolve(url, 'best', signal)).toMatchObject({ duration: null });
});

test.each([
  'source_private',
  'source_age_restricted',
  'source_live',
  'source_rate_limited',
  'source_blocked',
  'quality_not_available',
] as const)('%s is final: nobody else is asked', async (code) => {
  await expect(resolve(aSource('first', new SourceFailed(code, 'as it is')), last)).rejects.toMatchObject({ code });
  expect(asked).toEqual(['first']);
});

test('an error of our own is no reason to ask elsewhere', async () => {
  await expect(resolve(aSource('first', new TypeError('a bug')), last)).rejects.toThrow(TypeError);
  expect(asked).toEqual(['first']);
});

test('when every source is broken all their reasons are kept', async () => {
  const failure = resolve(aSource('first', broken), aSource('second', new SourceBroken('no formats')));
  await expect(failure).rejects.toMatchObject({
    code: 'source_broken',
    message: /the page is new; no formats/,
    cause: { errors: [broken, expect.any(SourceBroken)] },
  });
});

test('a URL that no source knows is unsupported', async () => {
  await expect(resolve(aSource('other', 'x', false))).rejects.toMatchObject({ code: 'source_unsupported' });
});
