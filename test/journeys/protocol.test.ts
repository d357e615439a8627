import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_SUBSCRIPTIONS } from '../../contract/client-message.ts';
import { client } from '../support/client.ts';
import { answerTo, heardOf, untilAnswering, untilHeard } from '../support/conversation.ts';
import { eventually, handshakeStatus, listen, readStream, type Listener, type Message } from '../support/listeners.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { aStack, type TestStack } from '../support/stack.ts';

const MB = 1024 * 1024;
let stack: TestStack;
let origin: MediaOrigin;
beforeAll(async () => {
  [stack, origin] = await Promise.all([aStack(), startMediaOrigin()]);
});
afterAll(async () => {
  await Promise.all([stack?.stop(), origin?.stop()]);
});

/** Somebody who has been greeted. */
async function join(path: string): Promise<Listener> {
  const listener = await listen(stack.appUrl, path);
  await listener.until(({ type }) => type === 'connection_established');
  return listener;
}
const post = async (path: string, body?: object) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${stack.appUrl}${path}`, {
    method: 'POST',
    ...(body && { headers, body: JSON.stringify(body) }),
  });
  expect(response.ok, await response.clone().text()).toBe(true);
  return (await response.json()) as Record<string, unknown>;
};
/** What is told at the very moment somebody is let in may be told twice: its `seq` tells. */
const withoutRepeats = (messages: Message[]) => [
  ...new Map(messages.map(({ seq, message }) => [seq, { seq, message }])).values(),
];
const statusOf = (message: Message) => (message['data'] as { status?: string } | undefined)?.status;

test('what does not exist is refused at the handshake, and a query cannot ask for another channel', async () => {
  const nowhere = ['', 'nothing', 'downloads', 'downloads/none', 'downloads/a%20b', 'logs/none', 'queue/1', 'deltas'];
  for (const path of nowhere) expect(await handshakeStatus(stack.appUrl, `/ws/${path}`), path).toBe(404);
  const listener = await listen(stack.appUrl, '/ws/stats?channel=admin&id=1&chann%65l=admin');
  expect(await listener.until(() => true)).toMatchObject({ type: 'connection_established', channel: 'stats' });
  listener.close();
});

test('whatever somebody says is answered by name, and the connection stays open', async () => {
  const listener = await join('/ws/general');
  const refused = {
    unknown_message: ['not json', '[]', { type: 'shout' }, { type: 'subscribe' }],
    unknown_channel: [
      { type: 'subscribe', channel: 'nothing' },
      { type: 'subscribe', channel: 'download:none' },
      { type: 'subscribe', channel: '<script>' },
    ],
    not_subscribed: [
      { type: 'unsubscribe', channel: 'stats' },
      { type: 'resume', channel: 'download:none', seq: 1 },
    ],
    no_history: [{ type: 'resume', channel: 'queue', seq: 1 }],
    message_too_large: [{ type: 'ping', timestamp: 'x'.repeat(5 * 1024) }],
  };
  for (const [code, messages] of Object.entries(refused)) {
    for (const said of messages) {
      expect(await answerTo(listener, said), JSON.stringify(said).slice(0, 80)).toMatchObject({ type: 'error', code });
    }
  }
  for (const seq of ['garbage', -1.5, null, [], {}]) {
    const answer = await answerTo(listener, { type: 'resume', channel: 'general', seq });
    expect(answer, JSON.stringify(seq)).toMatchObject({ type: 'error', code: 'unknown_message' });
  }
  expect(await answerTo(listener, { type: 'ping', timestamp: 7 })).toMatchObject({ type: 'pong', timestamp: 7 });
  listener.close();
});

test('bytes that are no text and messages of 200 KB end their connection, and nobody else notices', async () => {
  const other = await join('/ws/general');
  const binary = await join('/ws/general');
  binary.sendBinary(Buffer.from([1, 2, 3]));
  expect(await binary.closed).toBe(1003);
  const large = await join('/ws/general');
  large.send(JSON.stringify({ type: 'ping', timestamp: 'x'.repeat(200_000) }));
  expect(await large.closed).toBe(1009);
  expect(await answerTo(other, { type: 'ping' })).toMatchObject({ type: 'pong' });
  other.close();
});

test('of a flood what is too much is ignored, which is told once a second, and the connection lives', async () => {
  const listener = await join('/ws/general');
  const started = Date.now();
  let said = 0;
  // A busy machine hears fifty so slowly that they are not too many: then more is said.
  await eventually(() => {
    const isOver = heardOf(listener, 'error').some(({ code }) => code === 'rate_limited');
    if (isOver) return true;
    const waiting = said - heardOf(listener, 'pong').length;
    for (let n = waiting; n < 50; n += 1, said += 1) listener.send(JSON.stringify({ type: 'ping', timestamp: said }));
    return undefined;
  });
  await untilAnswering(listener);
  const seconds = Math.ceil((Date.now() - started) / 1000) + 1;
  expect(heardOf(listener, 'error').length).toBeLessThanOrEqual(seconds);
  const answered = heardOf(listener, 'pong').filter(({ timestamp }) => typeof timestamp === 'number').length;
  expect(answered).toBeGreaterThanOrEqual(20);
  expect(answered).toBeLessThan(said);
  listener.close();
});

test(`one connection listens to ${MAX_SUBSCRIPTIONS} channels; for one more another must go`, async () => {
  const listener = await join('/ws/general');
  const subscribe = async (channel: string) => {
    // Slower than the limit of messages a second.
    await new Promise((resolve) => setTimeout(resolve, 60));
    return answerTo(listener, { type: 'subscribe', channel });
  };
  for (let n = 1; n < MAX_SUBSCRIPTIONS; n += 1) {
    expect(await subscribe(`import:agenda-${n}`)).toMatchObject({ type: 'subscribed', channel: `import:agenda-${n}` });
  }
  expect(await subscribe('import:one-more')).toMatchObject({ type: 'error', code: 'too_many_subscriptions' });
  expect(await subscribe('import:agenda-1')).toMatchObject({ type: 'subscribed' });
  expect(await answerTo(listener, { type: 'unsubscribe', channel: 'import:agenda-1' })).toMatchObject({
    type: 'unsubscribed',
  });
  expect(await subscribe('import:one-more')).toMatchObject({ type: 'subscribed' });
  listener.close();
});

test('one connection hears many channels, each its state at once and then what changes, until it leaves them', async () => {
  const app = client(stack.appUrl);
  const listener = await join('/ws/general');
  const completed = () =>
    heardOf(listener, 'queue_update').map(({ data }) => (data as { completed: number }).completed);
  expect(await answerTo(listener, { type: 'subscribe', channel: 'queue' })).toMatchObject({ type: 'subscribed' });
  await untilHeard(listener, 'queue_update', 1);
  const before = completed()[0]!;

  const { id } = await app.request(origin.clip('size=1000'));
  listener.send(JSON.stringify({ type: 'subscribe', channel: `download:${id}` }));
  await listener.until((message) => message.type === 'download_update' && statusOf(message) === 'completed');
  await listener.until(() => completed().at(-1) === before + 1);

  listener.send(JSON.stringify({ type: 'unsubscribe', channel: 'queue' }));
  await listener.until(({ type }) => type === 'unsubscribed');
  listener.send(JSON.stringify({ type: 'subscribe', channel: 'stats' }));
  const second = await app.request(origin.clip('size=1000&seed=2'));
  await app.ended(second.id);
  await listener.until(
    ({ type, data }) =>
      type === 'stats_update' && (data as { completed_downloads: number }).completed_downloads === before + 2,
  );
  expect(completed().at(-1)).toBe(before + 1);
  listener.close();
});

test('who comes back to a download hears what it missed, without a gap and marked', async () => {
  const app = client(stack.appUrl);
  const url = origin.clip(`size=${4 * MB}&seed=3&rate=${MB / 16}`);
  const { id, ws } = await app.request(url);
  const witness = await join(ws);
  const { seq } = await witness.until((message) => message.type === 'download_update');
  await witness.until((message) => Number((message['data'] as { progress?: number })?.progress) > 2);
  await post(`/downloads/${id}/pause`);
  await witness.until((message) => statusOf(message) === 'paused');
  origin.hurry(url);
  await post(`/downloads/${id}/resume`);
  await witness.until((message) => statusOf(message) === 'completed');

  const late = await join(ws);
  late.send(JSON.stringify({ type: 'resume', channel: `download:${id}`, seq }));
  await late.until((message) => statusOf(message) === 'completed' && message['replayed'] === true);
  const missed = heardOf(late, 'download_update').filter(({ replayed }) => replayed === true);
  const seqs = missed.map(({ seq }) => Number(seq));
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  expect(seqs[0]).toBeGreaterThan(Number(seq));
  const statuses = missed.map(statusOf).filter((status, n, all) => status !== all[n - 1]);
  expect(statuses.slice(-4)).toEqual(['paused', 'pending', 'downloading', 'completed']);
  witness.close();
  late.close();
});

test('a log is told from its first line, then as it is written, and again from where somebody was', async () => {
  const app = client(stack.appUrl);
  const url = origin.clip(`size=${2 * MB}&seed=4&rate=${MB / 16}`);
  const { id } = await app.request(url);
  const early = await join(`/ws/logs/${id}`);
  const first = await early.until(({ type }) => type === 'log');
  expect(first).toMatchObject({ replayed: true, level: 'info', message: expect.stringContaining('Download pedido: ') });
  origin.hurry(url);
  const last = await early.until(({ message }) => String(message).startsWith('Concluído'));
  expect(last).not.toHaveProperty('replayed');

  const heard = withoutRepeats(heardOf(early, 'log'));

  const late = await join(`/ws/logs/${id}`);
  await late.until(({ seq }) => seq === last['seq']);
  const whole = heardOf(late, 'log');
  expect(whole.every(({ replayed }) => replayed === true)).toBe(true);
  expect(withoutRepeats(whole)).toEqual(heard);
  late.send(JSON.stringify({ type: 'resume', channel: `logs:${id}`, seq: heard[1]!.seq }));
  const again = await untilHeard(late, 'log', whole.length + heard.length - 2);
  expect(withoutRepeats(again.slice(whole.length))).toEqual(heard.slice(2));
  early.close();
  late.close();
});

test('what is announced is heard by who listens, and by who comes back', async () => {
  const witness = await join('/ws/general');
  const announce = (message: string) => post('/notifications', { level: 'maintenance', message });
  for (const message of ['Manutenção às 22h', 'às 23h', '<b>de volta</b>']) await announce(message);
  const last = await witness.until(({ message }) => message === '<b>de volta</b>');
  expect(last).toMatchObject({ level: 'maintenance', seq: expect.stringMatching(/^[0-9A-Z]{26}$/) });
  const heard = withoutRepeats(heardOf(witness, 'general_message'));
  expect(heard.map(({ message }) => message)).toEqual(['Manutenção às 22h', 'às 23h', '<b>de volta</b>']);

  const late = await join('/ws/general');
  late.send(JSON.stringify({ type: 'resume', channel: 'general', seq: heard[0]!.seq }));
  await late.until(({ message }) => message === '<b>de volta</b>');
  // Something from before may be told again: its seq tells.
  const missed = heardOf(late, 'general_message').filter(({ seq }) => String(seq) > String(heard[0]!.seq));
  expect(missed.every(({ replayed }) => replayed === true)).toBe(true);
  expect(withoutRepeats(missed)).toEqual(heard.slice(1));
  const lastYear = { type: 'resume', channel: 'general', seq: '01JDC8Z1Q5W3N7XK2V9T4B6M8R' };
  expect(await answerTo(late, lastYear)).toMatchObject({ type: 'resync', channel: 'general' });
  witness.close();
  late.close();
});

test('a stream of what is missing is a problem, and from an id that nobody gave it begins anew', async () => {
  const response = await fetch(`${stack.appUrl}/downloads/none/stream`);
  expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  expect(await response.json()).toMatchObject({ code: 'download_not_found', status: 404 });
  const { id, stream } = await client(stack.appUrl).request(origin.clip('size=1000&seed=5'));
  await client(stack.appUrl).ended(id);
  for (const lastEventId of ['garbage', '-1', '1e3', '9'.repeat(40), "' OR 1=1"]) {
    const { events } = await readStream(`${stack.appUrl}${stream}`, { lastEventId });
    const types = events.map(({ data }) => data.type);
    expect(types, lastEventId).toEqual(['connection_established', 'download_completed']);
  }
});
