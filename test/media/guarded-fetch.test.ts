import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { guardedDispatcher, guardedGet } from '../../src/media/guarded-fetch.ts';
import { dnsAnswering } from '../support/dns-answering.ts';
import { type MediaOrigin, startMediaOrigin } from '../support/origins/media-origin.ts';

let origin: MediaOrigin;
beforeAll(async () => {
  origin = await startMediaOrigin();
});
afterAll(() => origin.stop());
afterEach(() => {
  origin.requests.length = 0;
});

async function get(url: string, options: Partial<Parameters<typeof guardedDispatcher>[0]> = {}, signal = never()) {
  const dispatcher = guardedDispatcher({ allowPrivate: false, ...options });
  try {
    const { response, url: final } = await guardedGet(url, { dispatcher, headers: {}, signal });
    const body = await response.body.text();
    return { status: response.statusCode, bytes: body.length, url: final.href };
  } finally {
    await dispatcher.destroy();
  }
}
const never = () => new AbortController().signal;
const port = () => new URL(origin.url).port;

test('a private origin is reached where private sources are allowed', async () => {
  expect(await get(origin.clip('size=5'), { allowPrivate: true })).toMatchObject({ status: 200 });
});

test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1'])(
  'the literal address %s is refused, though Node asks no lookup for it',
  async (host) => {
    await expect(get(`http://${host}:${port()}/a.mp4`)).rejects.toMatchObject({ code: 'source_forbidden' });
    expect(origin.requests).toEqual([]);
  },
);

test('a name that resolves to a private address is refused', async () => {
  await expect(get(`http://media.example:${port()}/`, { lookup: dnsAnswering('127.0.0.1') })).rejects.toMatchObject({
    code: 'source_forbidden',
  });
  await expect(get(`http://localhost:${port()}/`)).rejects.toMatchObject({ code: 'source_forbidden' });
  expect(origin.requests).toEqual([]);
});

test('one private address among public ones refuses the name', async () => {
  const lookup = dnsAnswering('8.8.8.8', '2606:4700:4700::1111', '10.0.0.1');
  await expect(get('http://media.example/', { lookup })).rejects.toMatchObject({ code: 'source_forbidden' });
});

test('a name nobody knows is a source that is unavailable', async () => {
  const lookup = ((_name: string, _options: unknown, callback: (error: Error) => void) =>
    callback(new Error('ENOTFOUND'))) as never;
  await expect(get('http://media.example/', { lookup })).rejects.toMatchObject({ code: 'source_unavailable' });
});

test('five redirects are followed and the last address is told', async () => {
  const url = origin.clip('size=5&redirect=5');
  const answer = await get(url, { allowPrivate: true });
  expect(answer).toMatchObject({ status: 200, url: url.replace('redirect=5', 'redirect=0') });
});

test('a sixth redirect ends it', async () => {
  const attempt = get(origin.clip('redirect=6'), { allowPrivate: true });
  await expect(attempt).rejects.toMatchObject({ code: 'too_many_redirects' });
  expect(origin.requests).toHaveLength(6);
});

test('a public origin cannot redirect into the private network', async () => {
  // The origin's own name is let through by the resolver of this test, as if it were public.
  const { Agent } = await import('undici');
  const guard = guardedDispatcher({ allowPrivate: false });
  const open = new Agent();
  const dispatcher = {
    dispatch: (options: { path: string }, handler: never) =>
      (options.path.startsWith('/public') ? open : guard).dispatch(options as never, handler),
  } as never;
  const target = encodeURIComponent(origin.clip('size=5', '/secret.mp4'));
  const attempt = guardedGet(origin.clip(`redirect-to=${target}`, '/public.mp4'), {
    dispatcher,
    headers: {},
    signal: never(),
  });
  await expect(attempt).rejects.toMatchObject({ code: 'source_forbidden' });
  expect(origin.requests.map(({ url }) => url.split('?')[0])).toEqual(['/public.mp4']);
  await Promise.all([guard.destroy(), open.destroy()]);
});

test.each(['file:///etc/passwd', 'ftp://example.com/a.mp4', 'http://[', 'gopher://127.0.0.1:6379/'])(
  'a redirect to %s is not followed',
  async (target) => {
    const attempt = get(origin.clip(`redirect-to=${encodeURIComponent(target)}`), { allowPrivate: true });
    await expect(attempt).rejects.toMatchObject({ code: 'source_unavailable' });
  },
);

test('a denied host is not connected to, by name, by redirect or under another name of its own', async () => {
  const options = { allowPrivate: true, deniedHosts: ['127.0.0.1', 'tracker.example'] };
  const denied = { code: 'host_not_allowed' };
  await expect(get(origin.clip('size=5'), options)).rejects.toMatchObject(denied);
  await expect(get('http://a.TRACKER.example./x', options)).rejects.toMatchObject(denied);
  const hop = origin.clip(`redirect-to=${encodeURIComponent('http://tracker.example/a.mp4')}`);
  await expect(get(hop, { ...options, deniedHosts: ['tracker.example'] })).rejects.toMatchObject(denied);
});

test('an abort ends it with its own reason', async () => {
  const attempt = get(origin.clip('stall=0'), { allowPrivate: true }, AbortSignal.abort(new Error('cancelled')));
  await expect(attempt).rejects.toThrow('cancelled');
});

test('what is asked of an overridden host is asked of its stand-in, and of nobody else in the private network', async () => {
  const hostOverrides = { 'media.example': `${origin.url}/stand-in` };
  const answer = await get('http://media.example/clip.mp4?size=5', { hostOverrides });
  expect(answer).toEqual({ status: 200, bytes: 5, url: 'http://media.example/clip.mp4?size=5' });
  expect(origin.requests.map(({ url }) => url)).toEqual(['/stand-in/clip.mp4?size=5']);
  await expect(get('http://127.0.0.1:9/', { hostOverrides })).rejects.toMatchObject({ code: 'source_forbidden' });
});

test('a redirect to another origin takes no credentials along', async () => {
  const elsewhere = await startMediaOrigin();
  const dispatcher = guardedDispatcher({ allowPrivate: true });
  const headers = { cookie: 'a=1', authorization: 'Bearer x', 'x-kept': 'yes' };
  const target = encodeURIComponent(elsewhere.clip('size=5'));
  for (const query of ['redirect=1&size=5', `redirect-to=${target}`]) {
    const { response } = await guardedGet(origin.clip(query), { dispatcher, headers, signal: never() });
    await response.body.dump();
  }
  expect(origin.requests.at(1)?.headers).toMatchObject(headers);
  expect(elsewhere.requests.at(0)?.headers).toMatchObject({ 'x-kept': 'yes' });
  expect(elsewhere.requests.at(0)?.headers).not.toHaveProperty('cookie');
  expect(elsewhere.requests.at(0)?.headers).not.toHaveProperty('authorization');
  await dispatcher.destroy();
  await elsewhere.stop();
});
