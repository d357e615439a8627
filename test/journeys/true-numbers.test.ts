import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { client } from '../support/client.ts';
import { type DeletedEndings, expectAgreement } from '../support/every-number.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { random } from '../support/random.ts';
import { aStack, deployedUrl, type TestStack } from '../support/stack.ts';

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

let stack: TestStack;
let origin: MediaOrigin;
beforeAll(async () => {
  [stack, origin] = await Promise.all([aStack(), startMediaOrigin()]);
});
afterAll(async () => {
  await Promise.all([stack?.stop(), origin?.stop()]);
});

const { below, pick } = random(SEED);
/** Downloads, those of a try that failed included. */
let asked = 0;
const deleted: DeletedEndings = { completed: 0, failed: 0 };

/** The nth download, which has this fate. What is interrupted is slow enough to be still there to interrupt. */
function clipFor(fate: Fate, n: number): string {
  switch (fate) {
    case 'missing':
      return origin.clip(`status=404&seed=${n}`);
    case 'page':
      return origin.clip(`type=text/html&size=500&seed=${n}`);
    case 'complete':
    case 'deleteLater':
      return origin.clip(`size=${1000 + below(MB)}&seed=${n}`);
    case 'cancel':
    case 'pause':
    case 'delete':
      return origin.clip(`size=${64 * MB}&seed=${n}&rate=${MB / 32}`);
  }
}

/** Asks for a download and sees to its fate; resolves when it rests. */
async function live(fate: Fate, n: number, waitMs: number): Promise<void> {
  const { appUrl } = stack;
  const app = client(appUrl);
  const { id } = await app.request(clipFor(fate, n));
  asked += 1;
  const remove = async () =>
    expect((await fetch(`${appUrl}/downloads/${id}`, { method: 'DELETE' })).status, `${fate} ${id}`).toBe(204);
  const control = async (what: string) =>
    expect((await fetch(`${appUrl}/downloads/${id}/${what}`, { method: 'POST' })).status, `${fate} ${id}`).toBe(200);
  switch (fate) {
    case 'complete':
    case 'missing':
    case 'page':
      return void (await app.ended(id, 120_000));
    case 'deleteLater': {
      const { status } = await app.ended(id, 120_000);
      await remove();
      if (status === 'completed' || status === 'failed') deleted[status] += 1;
      return;
    }
    case 'cancel':
    case 'pause':
    case 'delete':
      // Some are still waiting by then, some are running.
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      return fate === 'delete' ? remove() : control(fate);
  }
}

// Counters of a deployment are not this test's alone.
test(
  'after 40 downloads of all fates everybody is told the same true numbers',
  { skip: deployedUrl !== undefined, timeout: 180_000 },
  async () => {
    onTestFailed(() => console.log(`again by SEED=${SEED}`));
    const lives = Array.from({ length: 40 }, (_, n) => ({ fate: pick(FATES), n, waitMs: below(5_000) }));
    await Promise.all(lives.map(({ fate, n, waitMs }) => live(fate, n, waitMs)));
    const { awsUrl, outputs } = stack.local!;
    await expectAgreement({ appUrl: stack.appUrl, awsUrl, output: (name) => String(outputs[name]) }, asked, deleted);
  },
);
