import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { client } from '../support/client.ts';
import { countersOf } from '../support/counters.ts';
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
import { aStack, deployedUrl, startCommand } from '../support/stack.ts';
import { documentClient } from '../support/tables.ts';

const MB = 1024 * 1024;

function bytesOf(range: string | undefined): number {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  return Number(last) - Number(first) + 1;
}
/** Only what runs here can be killed here; each test waits for a lease of 30 s, so they wait together. */
const here = { skip: deployedUrl !== undefined, concurrent: true };
let origin: MediaOrigin;
beforeAll(async () => {
  origin = await startMediaOrigin();
});
afterAll(() => origin.stop());

test(
  'a worker killed in the middle is taken over within a minute, and the file is whole',
  { ...here, timeout: 90_000 },
  async () => {
    const stack = await aStack();
    try {
      const app = client(stack.appUrl);
      const size = 12 * MB;
      const { id } = await app.request(origin.clip(`size=${size}&seed=3&rate=${3 * MB}`));
      await eventually(async () => ((await app.get(id)).bytes_downloaded > MB ? true : undefined));
      const worker = stack.local!.workers().find(({ functionName, busy }) => busy && /worker/i.test(functionName));
      process.kill(worker!.pid, 'SIGKILL');
      const killedAt = Date.now();
      const ended = await app.ended(id, 60_000);
      expect(ended).toMatchObject({ status: 'completed', file_size: size });
      expect(Date.now() - killedAt).toBeLessThan(60_000);
      expect(await app.file(id)).toMatchObject({ sha256: contentSha256(size, 3) });
    } finally {
      await stack.stop();
    }
  },
);

test(
  'a worker killed again and again: its successors fetch no stored part again, and the bar does not start over',
  { ...here, timeout: 150_000 },
  async () => {
    const stack = await aStack();
    try {
      const app = client(stack.appUrl);
      const size = 160 * MB;
      const kills = 2;
      const lives: MediaOrigin['requests'][] = [];
      const asked = () => origin.requests.filter(({ url }) => url.includes('seed=8')).slice(lives.flat().length);
      const { id } = await app.request(origin.clip(`size=${size}&seed=8&rate=${2 * MB}`));
      for (let kill = 1; kill <= kills; kill += 1) {
        const enough = (kill * size) / (kills + 1);
        await eventually(async () => ((await app.get(id)).bytes_downloaded > enough ? true : undefined), 60_000);
        const worker = stack.local!.workers().find(({ functionName, busy }) => busy && /worker/i.test(functionName));
        process.kill(worker!.pid, 'SIGKILL');
        expect((await app.get(id)).bytes_downloaded).toBeGreaterThan(enough);
        lives.push(asked());
      }
      expect(await app.ended(id, 90_000)).toMatchObject({ status: 'completed', file_size: size });
      expect(await app.file(id)).toMatchObject({ sha256: contentSha256(size, 8) });
      lives.push(asked());
      for (const [life, requests] of lives.entries()) {
        const bytes = requests.reduce((sum, { headers }) => sum + bytesOf(headers.range), 0);
        // What was told is stored, but for the parts that were being filled.
        const stored = (life * size) / (kills + 1) - 64 * MB;

        expect(bytes).toBeLessThan(size - Math.max(0, stored) + 32 * MB);
      }
    } finally {
      await stack.stop();
    }
  },
);

test(
  'kill -9 with 20 queued and one running: after the restart all 21 complete, each once',
  { ...here, timeout: 120_000 },
  async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'fasttrack-'));
    try {
      const before = await startCommand(dataDir);
      const size = 3 * MB;
      const running = await client(before.appUrl).request(origin.clip(`size=${size}&seed=100&rate=${MB / 2}`));
      await eventually(async () =>
        (await client(before.appUrl).get(running.id)).bytes_downloaded > 0 ? true : undefined,
      );
      const queued = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          client(before.appUrl).request(origin.clip(`size=${MB}&seed=${n}&rate=${MB}`)),
        ),
      );
      await before.kill();

      const after = await startCommand(dataDir);
      const app = client(after.appUrl);
      const ids = [running.id, ...queued.map(({ id }) => id)];
      const ended = await Promise.all(ids.map((id) => app.ended(id, 90_000)));
      expect(ended.map(({ status }) => status)).toEqual(ids.map(() => 'completed'));
      expect((await app.file(running.id)).sha256).toBe(contentSha256(size, 100));
      expect((await app.file(queued[7]!.id)).sha256).toBe(contentSha256(MB, 7));
      const list = (await (await fetch(`${after.appUrl}/downloads?limit=100`)).json()) as {
        downloads: { id: string }[];
      };
      expect(list.downloads.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      const db = documentClient(after.awsUrl);
      expect(await countersOf(db, after.output('DownloadsTable'))).toMatchObject({
        completed: 21,
        storage_bytes: size + 20 * MB,
      });
      await after.kill();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);

test(
  'kill -9 says goodbye for nobody, and yet within 75 s of the restart only those who are there are counted',
  { ...here, timeout: 120_000 },
  async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'fasttrack-'));
    try {
      const before = await startCommand(dataDir);
      const { ws } = await client(before.appUrl).request(origin.clip('size=1000'));
      await listenAsInTheSeed(before.appUrl, ws);
      await untilCounted(before.appUrl, SEED_EXAMPLE);
      await before.kill();

      const after = await startCommand(dataDir);
      expect(await countConnections(after.appUrl)).toEqual(SEED_EXAMPLE);
      const present = await listen(after.appUrl, '/ws/eventos?client=ana');
      await untilCounted(after.appUrl, { ...NOBODY, events_connections: 1, total: 1 }, 75_000);
      await present.until(({ data }) => JSON.stringify(data) === JSON.stringify({ users_online: 1, connections: 1 }));
      present.close();
      await after.kill();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);

const KILLS = Number(process.env['KILLS'] ?? 1);
const SIZE = Number(process.env['SIZE_MB'] ?? 64) * MB;

test(
  'a download survives the death of everything: it goes on where it was, and little is fetched twice',
  { ...here, timeout: 60_000 + KILLS * 90_000 },
  async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'fasttrack-'));
    const fetched = () =>
      origin.requests
        .filter(({ url }) => url.includes('seed=77'))
        .map(({ headers }) => /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? ''))
        .reduce((sum, range) => sum + (range === null ? 0 : Number(range[2]) - Number(range[1]) + 1), 0);
    try {
      let stack = await startCommand(dataDir);
      const { id } = await client(stack.appUrl).request(origin.clip(`size=${SIZE}&seed=77&rate=${2 * MB}`));
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const enough = (SIZE * kill) / (KILLS + 2);
        await eventually(
          async () => ((await client(stack.appUrl).get(id)).bytes_downloaded > enough ? true : undefined),
          90_000,
        );
        await stack.kill();
        stack = await startCommand(dataDir);
      }
      const app = client(stack.appUrl);
      expect(await app.ended(id, 90_000)).toMatchObject({ status: 'completed', file_size: SIZE });
      expect(await app.file(id)).toMatchObject({ sha256: contentSha256(SIZE, 77) });
      // Eight connections, sixteen at most, of eight MiB each.
      expect(fetched() - SIZE).toBeLessThanOrEqual(KILLS * 16 * 8 * MB);
      console.log(`${KILLS} kills: ${((fetched() - SIZE) / MB).toFixed(1)} MB asked for twice`);
      await stack.kill();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
