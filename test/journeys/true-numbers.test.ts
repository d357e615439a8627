import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { client } from '../support/client.ts';
import { everyNumber } from '../support/every-number.ts';
import { eventually } from '../support/listeners.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { random } from '../support/random.ts';
import { deployedUrl, startCommand, type StackProcess } from '../support/stack.ts';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9));
const MB = 1024 * 1024;
/** What becomes of downloads, the more common the more often it is named. */
const FATES = [
  'complete',
  'complete',
  'complete',
  'missing',
  'page',
  'cancel',
  'pause',
  'delete',
  'deleteLater',
] as const;
type Fate = (typeof FATES)[number];

let origin: MediaOrigin;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'fasttrack-'));
  origin = await startMediaOrigin();
});
afterAll(async () => {
  await origin?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const { below, pick } = random(SEED);

/** The nth download, which has this fate. What is interrupted is large enough to be still there to interrupt. */
function clipFor(fate: Fate, n: number): string {
  switch (fate) {
    case 'missing':
      return origin.clip(`status=404&seed=${n}`);
    case 'page':
      return origin.clip(`type=text/html&size=500&seed=${n}`);
    case 'complete':
    case 'deleteLater':
      return origin.clip(`size=${1000 + below(MB)}&seed=${n}&rate=${MB}`);
    case 'cancel':
    case 'pause':
    case 'delete':
      return origin.clip(`size=${64 * MB}&seed=${n}&rate=${MB / 4}`);
  }
}

/** Asks for a download and sees to its fate; resolves when it rests. */
async function live({ appUrl }: StackProcess, fate: Fate, n: number, waitMs: number): Promise<void> {
  const app = client(appUrl);
  const { id } = await app.request(clipFor(fate, n));
  const remove = async () =>
    expect((await fetch(`${appUrl}/downloads/${id}`, { method: 'DELETE' })).status, `${fate} ${id}`).toBe(204);
  const control = async (what: string) =>
    expect((await fetch(`${appUrl}/downloads/${id}/${what}`, { method: 'POST' })).status, `${fate} ${id}`).toBe(200);
  switch (fate) {
    case 'complete':
    case 'missing':
    case 'page':
      return void (await app.ended(id, 120_000));
    case 'deleteLater':
      await app.ended(id, 120_000);
      return remove();
    case 'cancel':
    case 'pause':
    case 'delete':
      // Some are still waiting by then, some are running.
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      return fate === 'delete' ? remove() : control(fate);
  }
}

/** All ways of asking agree with the records, number by number. */
async function expectAgreement(stack: StackProcess, asked: number): Promise<void> {
  const { recount, ...told } = await everyNumber(stack, asked);
  for (const [how, numbers] of Object.entries(told)) expect(numbers, how).toEqual(recount);
}

// Counters of a deployment are not this test's alone, and only what runs here can be killed here.
test(
  'after 40 downloads of all fates, and after a sudden death amid more, everybody is told the same true numbers',
  { skip: deployedUrl !== undefined, timeout: 300_000 },
  async () => {
    onTestFailed(() => console.log(`again by SEED=${SEED}`));
    const before = await startCommand(dataDir);
    const lives = Array.from({ length: 40 }, (_, n) => ({ fate: pick(FATES), n, waitMs: below(5_000) }));
    await Promise.all(lives.map(({ fate, n, waitMs }) => live(before, fate, n, waitMs)));
    await expectAgreement(before, 40);

    const app = client(before.appUrl);
    const more = await Promise.all(
      Array.from({ length: 12 }, (_, n) => app.request(origin.clip(`size=${MB}&seed=${100 + n}&rate=${MB / 2}`))),
    );
    const ends = async () => Promise.all(more.map(async ({ id }) => (await app.get(id)).status));
    await eventually(async () => ((await ends()).includes('completed') ? true : undefined), 30_000);
    await before.kill();

    const after = await startCommand(dataDir);
    await Promise.all(more.map(({ id }) => client(after.appUrl).ended(id, 120_000)));
    await expectAgreement(after, 52);
    await after.kill();
  },
);
