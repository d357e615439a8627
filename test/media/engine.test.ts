import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { guardedDispatcher } from '../../src/media/guarded-fetch.ts';
import { OutOfTime } from '../../src/keep-hold.ts';
import { BeginAnew } from '../../src/media/interruptions.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
import { aMediaWorld, aTrack, hurriedSettings, MIB } from '../support/media-world.ts';

let world: Awaited<ReturnType<typeof aMediaWorld>>;
beforeAll(async () => {
  world = await aMediaWorld();
});
const hasty = hurriedSettings({ silence: 400 });
afterAll(() => Promise.all([world.stop(), hasty.dispatcher.destroy()]));
afterEach(() => world.empty());
const clip = (query: string) => aTrack(world.origin.clip(`seed=7&${query}`));

describe('a track is stored byte for byte', () => {
  test.each([
    ['one byte', 1],
    ['exactly a part', 5 * MIB],
    ['a part and a byte', 5 * MIB + 1],
    ['many parts and a bit', 43 * MIB + 77],
  ])('%s', async (_what, size) => {
    const { result, told } = world.fetch(clip(`size=${size}`));
    expect(await result).toEqual({ bytes: size });
    expect(await world.sha256()).toBe(contentSha256(size, 7));
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(size);
    expect(await world.uploadsLeft()).toBe(0);
    expect(world.asked()).toEqual({ bytes: Math.max(size, 4 * MIB), twice: 0 });
  });

  test.each(['range=no', 'length=none&range=no'])('from an origin that sends it in one stream (%s)', async (fault) => {
    const size = 23 * MIB + 5;
    expect(await world.fetch(clip(`size=${size}&${fault}`)).result).toEqual({ bytes: size });
    expect(await world.sha256()).toBe(contentSha256(size, 7));
    expect(await world.uploadsLeft()).toBe(0);
    expect(world.origin.requests).toHaveLength(1);
  });
});

describe('an origin with faults that pass still gives the whole file', () => {
  const size = 24 * MIB + 9;
  test.each([
    ['drops connections at random places', `drop=${3 * MIB}`],
    ['answers every third request with 503', 'refuse-every=3'],
    ['asks to wait', 'refuse-first=3&retry-after=1'],
    [
      'asks to wait until a date',
      `refuse-first=2&refuse-status=503&retry-after=Mon%2C%2001%20Jan%202001%2000%3A00%3A00%20GMT`,
    ],
    ['redirects each request five times', 'redirect=5'],
    ['promises more bytes than it sends', 'length=%2B10'],
    ['does not tell the total', 'range=star'],
    ['has no validators', 'etag=none'],
    ['has a weak ETag alone', 'etag=W/%22a%22'],
  ])('%s', async (_what, fault) => {
    const { result, told } = world.fetch(clip(`size=${size}&${fault}`));
    expect(await result).toEqual({ bytes: size });
    expect(await world.sha256()).toBe(contentSha256(size, 7));
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(await world.uploadsLeft()).toBe(0);
  });

  test('what asks to wait is left alone by all connections until then', async () => {
    await world.fetch(clip('size=1000&refuse-first=1&retry-after=1')).result;
    const [first, second] = world.origin.requests.map(({ at }) => at);
    expect(second! - first!).toBeGreaterThanOrEqual(1_000);
  });
});

describe('a fault that stays ends with its code', () => {
  const size = 24 * MIB;
  test.each([
    ['no such file', 'status=404', 'source_not_found'],
    ['an address that was never good', 'expires=0', 'source_refused'],
    ['refusals without end', 'refuse-first=999&refuse-status=503', 'source_unavailable'],
    ['too many requests without end', 'refuse-first=999', 'source_rate_limited'],
    ['a wait that is too long', 'refuse-first=1&retry-after=3600', 'source_rate_limited'],
    ['silence in the middle', `stall=${13 * MIB}`, 'source_interrupted'],
    ['a connection that always breaks at the same byte', `disconnect=${13 * MIB}`, 'source_interrupted'],
    ['one stream that breaks', `disconnect=${13 * MIB}&range=no`, 'source_interrupted'],
    ['fewer bytes than promised', 'length=-10', 'source_interrupted'],
    ['redirects without end', 'redirect=99', 'too_many_redirects'],
    ['a redirect to what is no web address', 'redirect-to=file%3A%2F%2F%2Fetc%2Fpasswd', 'source_unavailable'],
    ['a page instead of media', 'type=text/html', 'source_not_media'],
    ['JSON instead of media', 'type=application/json', 'source_not_media'],
    ['a page after some parts', 'page-after=2', 'source_not_media'],
    ['no bytes', 'size=0', 'source_empty'],
    ['no bytes, told late', 'size=0&range=no&length=none', 'source_empty'],
    ['more bytes than allowed', 'size=20000000000', 'too_large'],
  ])('%s', async (_what, fault, code) => {
    const { dispatcher } = fault.startsWith('stall=') ? hasty : world.settings;
    const { result } = world.fetch(clip(fault.startsWith('size=') ? fault : `size=${size}&${fault}`), { dispatcher });
    await expect(result).rejects.toMatchObject({ name: 'SourceFailed', code });
    expect(await world.bucket.headObject('k')).toBeNull();
    await expect.poll(() => world.origin.busy()).toBe(0);
  });

  test('a redirect into the private network is not followed', async () => {
    const dispatcher = guardedDispatcher({ allowPrivate: false });
    await expect(world.fetch(clip('size=5'), { dispatcher }).result).rejects.toMatchObject({
      code: 'source_forbidden',
    });
    await dispatcher.destroy();
  });
});

describe('a file that changes under way', () => {
  test.each([
    ['is not mixed', 'change-after=3'],
    ['is not mixed where If-Range is not understood', 'change-after=3&if-range=ignored'],
    ['is not mixed when only its length tells', 'change-after=99&total=%2B10'],
  ])('%s', async (_what, fault) => {
    await expect(world.fetch(clip(`size=${40 * MIB}&${fault}`)).result).rejects.toBeInstanceOf(BeginAnew);
    expect(await world.bucket.headObject('k')).toBeNull();
  });
});

describe('an address that expires', () => {
  const size = 30 * MIB;
  const expiring = (after: number) => clip(`size=${size}&rate=${20 * MIB}&expires=${Date.now() + after}`);

  test('is renewed once for all connections, and no byte is fetched twice', async () => {
    let renewals = 0;
    const refresh = async () => {
      renewals += 1;
      return clip(`size=${size}&expires=${Date.now() + 60_000}`);
    };
    const { result } = world.fetch(expiring(150), { refresh });
    await result;
    expect(await world.sha256()).toBe(contentSha256(size, 7));
    expect(renewals).toBe(1);
  });

  test('and is refused again at once is final', async () => {
    const { result } = world.fetch(expiring(150), { refresh: async () => clip(`size=${size}&expires=0`) });
    await expect(result).rejects.toMatchObject({ code: 'source_refused' });
  });

  test('and leads to another file begins anew', async () => {
    const refresh = async () => ({ ...clip(`size=${size}`), length: size + 1 });
    await expect(world.fetch({ ...expiring(150), length: size }, { refresh }).result).rejects.toBeInstanceOf(BeginAnew);
  });
});

test('what one stream cannot bring within one run ends with a code that says so', async () => {
  const stop = new AbortController();
  const onProgress = (bytes: number) => bytes > 6 * MIB && stop.abort(new OutOfTime('the run ends'));
  const { result } = world.fetch(clip(`size=${20 * MIB}&range=no`), { signal: stop.signal, onProgress });
  await expect(result).rejects.toMatchObject({ code: 'source_not_resumable' });
  expect(await world.uploadsLeft()).toBe(0);
});
