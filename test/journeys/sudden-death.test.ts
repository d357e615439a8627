import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { client } from '../support/client.ts';
import { countersOf } from '../support/counters.ts';
import { expectAgreement } from '../support/every-number.ts';
import { eventually, listen } from '../support/listeners.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import {
  countConnections,
  listenAsInTheSeed,
  NOBODY,
  SEED_EXAMPLE,
  untilCounted,
} from '../support/seed-connections.ts';
import { aStack, deployedUrl, startCommand, type StackProcess } from '../support/stack.ts';
import { documentClient } from '../support/tables.ts';

const MB = 1024 * 1024;
/** Small parts on few connections: little is on its way when somebody is killed. */
const PART = 5 * MB;
const CONNECTIONS = 2;
const SETTINGS = { PART_BYTES: PART, MEDIA_CONNECTIONS: CONNECTIONS, MOST_MEDIA_CONNECTIONS: CONNECTIONS };
beforeAll(() => {
  for (const [name, value] of Object.entries(SETTINGS)) process.env[name] = String(value);
});
afterAll(() => {
  for (const name of Object.keys(SETTINGS)) delete process.env[name];
});

/** How many bytes these requests asked for. */
function bytesOf(requests: MediaOrigin['requests']): number {
  return requests.reduce((sum, { headers }) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    return sum + Number(last) - Number(first) + 1;
  }, 0);
}

/** Only what runs here can be killed here. Each waits for leases of 30 s, so they wait together. */
const here = { skip: deployedUrl !== undefined, concurrent: true };
/** What was told is stored, but for the parts that were being filled or sent. */
const UNDER_WAY = 2 * CONNECTIONS * PART;

test(
  'a worker is killed twice: each time another goes on within a minute where it was, and the file is whole',
  { ...here, timeout: 300_000 },
  async () => {
    const [stack, origin] = await Promise.all([aStack(), startMediaOrigin()]);
    try {
      const app = client(stack.appUrl);
      const size = 60 * MB;
      const kills = 2;
      const url = origin.clip(`size=${size}&seed=8&rate=${4 * MB}&hold=${size - MB}`);
      const { id } = await app.request(url);
      const told: number[] = [];
      const beyond = async (bytes: number) => {
        told.push((await app.get(id)).bytes_downloaded);
        return told.at(-1)! > bytes ? true : undefined;
      };
      const lives: MediaOrigin['requests'][] = [];
      const asked = () => origin.requests.slice(lives.flat().length);
      for (let kill = 1; kill <= kills; kill += 1) {
        await eventually(() => beyond((kill * size) / (kills + 1)), 60_000);
        const worker = stack.local!.workers().find(({ functionName, busy }) => busy && /worker/i.test(functionName));
        process.kill(worker!.pid, 'SIGKILL');
        await eventually(() => (origin.busy() === 0 ? true : undefined));
        lives.push(asked());
        if (kill === kills) origin.hurry(url);
        await eventually(() => (asked().length > 0 ? true : undefined), 60_000);
      }
      expect(await app.ended(id, 60_000)).toMatchObject({ status: 'completed', file_size: size });
      for (const [n, bytes] of told.entries()) {
        expect(bytes).toBeGreaterThanOrEqual(Math.max(...told.slice(0, n)) - UNDER_WAY);
      }
      expect(await app.file(id)).toMatchObject({ sha256: contentSha256(size, 8) });
      lives.push(asked());
      for (const [life, requests] of lives.entries()) {
        const stored = (life * size) / (kills + 1) - UNDER_WAY;
        expect(bytesOf(requests)).toBeLessThan(size - Math.max(0, stored) + PART);
      }
    } finally {
      await Promise.all([stack.stop(), origin.stop()]);
    }
  },
);

const KILLS = Number(process.env['KILLS'] ?? 1);
const SIZE = Number(process.env['SIZE_MB'] ?? 48) * MB;

describe.concurrent('kill -9 with 20 queued, one running, others of all fates and 19 listeners', here, () => {
  let dataDir: string;
  let origin: MediaOrigin;
  let stack: StackProcess;
  let running: string;
  let queued: string[];
  let countedAtFirst: unknown;

  async function live(app: ReturnType<typeof client>, fate: string, seed: number): Promise<void> {
    const slow = `size=${MB}&seed=${seed}&rate=${MB / 64}`;
    const { id } = await app.request(origin.clip(fate === 'fail' ? 'status=404' : slow));
    if (fate === 'fail') return void (await app.ended(id));
    const [method, what] = fate === 'delete' ? ['DELETE', ''] : ['POST', `/${fate}`];
    expect((await fetch(`${stack.appUrl}/downloads/${id}${what}`, { method })).ok).toBe(true);
  }

  beforeAll(
    async () => {
      [dataDir, origin] = await Promise.all([mkdtemp(path.join(tmpdir(), 'fasttrack-')), startMediaOrigin()]);
      stack = await startCommand(dataDir);
      const app = client(stack.appUrl);
      const url = origin.clip(`size=${SIZE}&seed=77&rate=${4 * MB}&hold=${SIZE - MB}`);
      const { id, ws } = await app.request(url);
      running = id;
      await listenAsInTheSeed(stack.appUrl, ws);
      await untilCounted(stack.appUrl, SEED_EXAMPLE);
      const requested = Array.from({ length: 20 }, (_, n) =>
        app.request(origin.clip(`size=${MB}&seed=${n}&rate=${MB}`)),
      );
      await Promise.all(['fail', 'pause', 'cancel', 'delete'].map((fate, n) => live(app, fate, 40 + n)));
      queued = (await Promise.all(requested)).map((download) => download.id);
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const enough = (SIZE * kill) / (KILLS + 1);
        const { get } = client(stack.appUrl);
        await eventually(async () => ((await get(id)).bytes_downloaded > enough ? true : undefined), 90_000);
        await stack.kill();
        stack = await startCommand(dataDir);
      }
      countedAtFirst = await countConnections(stack.appUrl);
      origin.hurry(url);
    },
    120_000 + KILLS * 90_000,
  );
  afterAll(async () => {
    await stack?.kill();
    await origin?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('all 21 complete, each once, and everybody is told the same true numbers', { timeout: 120_000 }, async () => {
    const app = client(stack.appUrl);
    const ids = [running, ...queued];
    const ended = await Promise.all(ids.map((id) => app.ended(id, 90_000)));
    expect(ended.map(({ status }) => status)).toEqual(ids.map(() => 'completed'));
    expect((await app.file(queued[7]!)).sha256).toBe(contentSha256(MB, 7));
    const list = (await (await fetch(`${stack.appUrl}/downloads?limit=100`)).json()) as {
      downloads: { id: string; status: string }[];
    };
    const listed = list.downloads.filter(({ status }) => status === 'completed').map(({ id }) => id);
    expect(listed.toSorted()).toEqual(ids.toSorted());
    const counters = await countersOf(documentClient(stack.awsUrl), stack.output('DownloadsTable'));
    expect(counters).toMatchObject({
      completed: 21,
      failed: 1,
      paused: 1,
      cancelled: 1,
      storage_bytes: SIZE + 20 * MB,
    });
    await expectAgreement(stack, 25);
  });

  test('the one that ran goes on where it was, and little is fetched twice', { timeout: 120_000 }, async () => {
    const app = client(stack.appUrl);
    expect(await app.ended(running, 90_000)).toMatchObject({ status: 'completed', file_size: SIZE });
    expect(await app.file(running)).toMatchObject({ sha256: contentSha256(SIZE, 77) });
    const twice = bytesOf(origin.requests.filter(({ url }) => url.includes('seed=77'))) - SIZE;
    expect(twice).toBeLessThanOrEqual(KILLS * UNDER_WAY);
    console.log(`${KILLS} kills: ${(twice / MB).toFixed(1)} MB asked for twice`);
  });

  test(
    'nobody said goodbye, and yet within 75 s only those who are there are counted',
    { timeout: 120_000 },
    async () => {
      expect(countedAtFirst).toEqual(SEED_EXAMPLE);
      const present = await listen(stack.appUrl, '/ws/eventos?client=ana');
      await untilCounted(stack.appUrl, { ...NOBODY, events_connections: 1, total: 1 }, 75_000);
      await present.until(({ data }) => JSON.stringify(data) === JSON.stringify({ users_online: 1, connections: 1 }));
      present.close();
    },
  );
});
