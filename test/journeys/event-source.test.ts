import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { client } from '../support/client.ts';
import { openEventSources } from '../support/event-sources.ts';
import { eventually, listen, type StreamEvent } from '../support/listeners.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { aStack, deployedUrl, type TestStack } from '../support/stack.ts';

/** By hand longer: `LISTEN_SECONDS=180 npx vitest run test/journeys/event-source.test.ts`. */
const LISTEN_SECONDS = Number(process.env['LISTEN_SECONDS'] ?? 20);
const SEGMENT_SECONDS = 4;
const MB = 1024 * 1024;

let stack: TestStack;
let origin: MediaOrigin;
let browser: Browser;
beforeAll(async () => {
  process.env['STREAM_SECONDS'] = String(SEGMENT_SECONDS);
  [stack, origin, browser] = await Promise.all([aStack(), startMediaOrigin(), launchBrowser()]);
});
afterAll(async () => {
  delete process.env['STREAM_SECONDS'];
  await browser?.close();
  await Promise.all([stack?.stop(), origin?.stop()]);
});

const control = (id: string, what: string) => fetch(`${stack.appUrl}/downloads/${id}/${what}`, { method: 'POST' });

/** The numbers of a queue as one text. */
const numbersOf = ({ pending, downloading, completed, failed, paused, cancelled }: Record<string, unknown>) =>
  JSON.stringify({ pending, downloading, completed, failed, paused, cancelled });

/** A download that completes, fails, or is paused and cancelled; `rest` is called whenever nothing moves. */
async function live(id: string, n: number, rest: () => Promise<void>): Promise<void> {
  const app = client(stack.appUrl);
  if (n % 3 === 2) {
    await eventually(async () => ((await app.get(id)).bytes_downloaded > 0 ? true : undefined));
    await control(id, 'pause');
    await rest();
    await control(id, 'cancel');
  }
  await app.ended(id);
  await rest();
}
const clipFor = (n: number) =>
  origin.clip(`${['size=1000', 'status=404', `size=${64 * MB}&rate=${MB / 32}`][n % 3]}&seed=${n + 10}`);

function expectNothingTwice(events: StreamEvent[]): void {
  const ids = events.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  expect(events.filter(({ data }) => data.type === 'connection_established')).toEqual(events.slice(0, 1));
}

/** Each of these states, in this order, and no state twice in a row. */
function expectStates(queue: StreamEvent[], states: string[]): void {
  const told = queue.slice(1).map(({ data }) => numbersOf(data));
  expect(told.filter((state, n) => state === told[n - 1])).toEqual([]);
  let at = 0;
  for (const state of states) {
    const found = told.indexOf(state, at);
    expect(found, `${state} after ${at} of ${told.join('\n')}`).toBeGreaterThanOrEqual(0);
    at = found;
  }
}

function expectOneEnding(events: StreamEvent[]): void {
  expect(events.filter(({ data }) => data.type.startsWith('download_'))).toEqual(events.slice(-1));
  const progress = events.flatMap(({ data }) => (data.type === 'progress_update' ? [Number(data['progress'])] : []));
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
}

function expectEachThreeSeconds(dashboards: StreamEvent[]): void {
  const times = dashboards.slice(1).map(({ data }) => Date.parse(String(data['timestamp'])));
  const gaps = times.slice(1).map((time, n) => time - times[n]!);
  expect(times.length).toBeGreaterThan(LISTEN_SECONDS / 6);
  expect(Math.max(...gaps)).toBeLessThan(10_000);
}

test(
  'EventSource listens across many segments, missing nothing and repeating nothing',
  // A deployment's queue is not this test's alone, and its segments are longer.
  { skip: deployedUrl !== undefined, timeout: (LISTEN_SECONDS + 120) * 1000 },
  async () => {
    const app = client(stack.appUrl);
    const sources = await openEventSources(browser, stack.appUrl);
    const until = Date.now() + LISTEN_SECONDS * 1000;
    await sources.follow('queue', '/downloads/queue/stream');
    await sources.follow('dashboard', '/downloads/dashboard/stream');
    const rate = MB / 8;
    const long = await app.request(origin.clip(`size=${LISTEN_SECONDS * rate}&rate=${rate}&range=no`));
    await sources.follow(long.id, long.stream);
    await eventually(async () => ((await app.get(long.id)).bytes_downloaded > 0 ? true : undefined));

    const states: string[] = [];
    const rest = async () => {
      const state = numbersOf(
        (await (await fetch(`${stack.appUrl}/downloads/queue`)).json()) as Record<string, unknown>,
      );
      states.push(state);
      await eventually(async () =>
        numbersOf((await sources.heard('queue')).at(-1)!.data) === state ? true : undefined,
      );
    };
    await rest();
    const ids = [long.id];
    for (let n = 0; n < 3 || Date.now() < until - 5_000; n += 1) {
      // Whoever watches by WebSocket meanwhile makes nothing new, and takes nothing away.
      const socket = await listen(stack.appUrl, '/ws/queue');
      const { id, stream } = await app.request(clipFor(n));
      await sources.follow(id, stream);
      await live(id, n, rest);
      socket.close();
      await sources.untilEnded(id);
      ids.push(id);
    }
    await app.ended(long.id, 60_000);
    await sources.untilEnded(long.id);
    await rest();

    const [queue, dashboards] = await Promise.all([sources.heard('queue'), sources.heard('dashboard')]);
    const downloads = await Promise.all(ids.map((id) => sources.heard(id)));
    for (const events of [queue, dashboards, ...downloads]) expectNothingTwice(events);
    expectStates(queue, states);
    expectEachThreeSeconds(dashboards);
    for (const events of downloads) expectOneEnding(events);
    expect(downloads[0]!.length).toBeGreaterThan(LISTEN_SECONDS / 3);
    expect(ids.length).toBeGreaterThan(3);
    const segments = ['queue', 'dashboard', long.id].map((name) => sources.segments(`/downloads/${name}/stream`));
    expect(Math.min(...segments)).toBeGreaterThanOrEqual(Math.floor(LISTEN_SECONDS / (SEGMENT_SECONDS + 5)));
    expect(sources.complaints).toEqual([]);
    console.log(
      `${LISTEN_SECONDS} s: segments ${segments.join(', ')}; ${queue.length} queue states; ${ids.length} endings`,
    );
    await sources.close();
  },
);
