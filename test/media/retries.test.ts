import { expect, test } from 'vitest';
import { MayPass, retries } from '../../src/media/retries.ts';

const limits = { perPiece: 3, perDownload: 5, first: 1, longest: 2, longestAsked: 1_000 };
const { signal } = new AbortController();
const busy = (waitMs: number | null = null) => new MayPass('source_unavailable', 'HTTP 503', { waitMs });
const KIB = 1024;

test('patience with a piece ends after so many fruitless tries in a row, with the code of the last', async () => {
  const tries = retries(limits, signal).ofPiece();
  await tries.after(busy(), 0);
  await tries.after(busy(), 0);
  await expect(tries.after(busy(), 0)).rejects.toMatchObject({ name: 'SourceFailed', code: 'source_unavailable' });
});

test('a try that brought something does not count, one that only dripped does', async () => {
  const tries = retries(limits, signal).ofPiece();
  for (let n = 0; n < 20; n += 1) await tries.after(busy(), 64 * KIB);
  await tries.after(busy(), 10);
  await tries.after(busy(), 10);
  await expect(tries.after(busy(), 10)).rejects.toMatchObject({ code: 'source_unavailable' });
});

test('patience with the whole download ends too, and each piece that succeeds gives some back', async () => {
  const policy = retries(limits, signal);
  for (let n = 0; n < 4; n += 1) await policy.ofPiece().after(busy(), 0);
  policy.ofPiece().succeeded();
  await policy.ofPiece().after(busy(), 0);
  await expect(policy.ofPiece().after(busy(), 0)).rejects.toMatchObject({ code: 'source_unavailable' });
});

test('who asks for a wait gets it from all, unless it is too long', async () => {
  const policy = retries(limits, signal);
  const started = performance.now();
  const waiting = policy.ofPiece().after(busy(80), 0);
  await policy.clearance();
  expect(performance.now() - started).toBeGreaterThan(70);
  await waiting;
  await expect(policy.ofPiece().after(busy(1_001), 0)).rejects.toMatchObject({ code: 'source_unavailable' });
});

test('an abort ends the waiting with its reason', async () => {
  const stop = new AbortController();
  const policy = retries({ ...limits, first: 60_000, longest: 60_000 }, stop.signal);
  const waiting = policy.ofPiece().after(busy(900), 0);
  stop.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
  await expect(policy.clearance()).rejects.toThrow('cancelled');
});
