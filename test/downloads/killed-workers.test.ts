import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aDownloadWorld } from '../support/download-world.ts';
import { MIB } from '../support/media-world.ts';
import { contentSha256 } from '../support/origins/media-content.ts';

const KILLS = 3;
/** Longer than a lease: each successor comes when its predecessor's is over. */
const LATER_MS = 40_000;
let world: Awaited<ReturnType<typeof aDownloadWorld>>;
beforeAll(async () => {
  world = await aDownloadWorld();
});
afterAll(() => world.stop());

function startWorker(id: string, after: number) {
  const told = JSON.stringify({ ...world.places, id, after });
  const program = ['--import', 'tsx', 'test/support/worker-program.ts', told];
  return spawn(process.execPath, program, { stdio: ['ignore', 'ignore', 'inherit'] });
}

test('three workers are killed at random moments, and the fourth finishes the file', { timeout: 180_000 }, async () => {
  const size = 60 * MIB + 11;
  const url = world.media.origin.clip(`size=${size}&seed=7&rate=${4 * MIB}&hold=${size - 1}`);
  const id = await world.request(url);
  const record = async () => (await world.get(id))!;
  const moments: number[] = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const { attempt, bytes_reached } = await record();
    const child = startWorker(id, kill * LATER_MS);
    const exited = once(child, 'exit');
    await expect.poll(async () => (await record()).attempt, { interval: 10 }).not.toBe(attempt);
    // Some die before they have brought anything.
    if (kill % 2 === 0) {
      await expect.poll(async () => (await record()).bytes_reached, { interval: 10 }).toBeGreaterThan(bytes_reached);
    }
    const moment = Math.random() * 700;
    moments.push(Math.round(moment));
    await sleep(moment);
    child.kill('SIGKILL');
    await exited;
    expect((await record()).status).toBe('downloading');
  }
  world.media.origin.hurry(url);
  await world.worker(id, { after: (KILLS + 1) * LATER_MS }).run();
  const download = await record();
  expect(download, `killed after ${moments}`).toMatchObject({ status: 'completed', file_size: size });
  expect(await world.media.sha256(download.media_key!)).toBe(contentSha256(size, 7));
  await world.janitor((KILLS + 4) * LATER_MS);
  await world.expectStored(1);
  expect(await world.noted()).toEqual([]);
  // Four connections, parts of five MiB.
  const { bytes } = world.media.asked();
  expect(bytes - size).toBeLessThanOrEqual(KILLS * 4 * 5 * MIB);
});
