import { setTimeout as sleep } from 'node:timers/promises';
import { printTable, saveJson, type Row } from '../report.ts';
import type { Report } from './crowd-messages.ts';
import { startCrowd } from './crowd.ts';
import type { Summary } from './summary.ts';
import { withLiveWorld, type LiveWorld } from './world.ts';

const SECONDS = Number(process.env['SECONDS'] ?? 60);
const EVERY_MS = Number(process.env['EVERY_MS'] ?? 5000);
const ON_DOWNLOAD = 400;
const ON_DASHBOARD = 300;
const ON_QUEUE = 300;
const AT_ONCE = 20;
const KIB = 1024;
const CONNECTIONS = 8;
/** Of the one that everybody watches, on each of the engine's connections. */
const RATE = 128 * KIB;
const WITHIN_MS = 500;
/** What is still on its way, however late on a busy machine, is late and not lost. */
const LAST_WORDS_MS = 15_000;

const LABELS: Record<string, string> = {
  change: 'download_update: a change or an ending',
  progress: 'download_update: progress',
  queue_update: 'queue_update',
  dashboard_update: 'dashboard_update',
  tick: 'from one dashboard_update to the next',
};

/** From each change to 1,000 sockets in another process, on the whole local stack; throws when anybody missed anything. */
export async function benchLatency(): Promise<void> {
  await withLiveWorld(async (world) => {
    const crowd = startCrowd(world.stack.appUrl);
    try {
      const size = RATE * CONNECTIONS * SECONDS;
      const watched = await world.app.request(world.origin.clip(`size=${size}&seed=1&rate=${RATE}`));
      await world.post(`/downloads/${watched.id}/pause`);
      const download = `/ws/downloads/${watched.id}`;
      const dashboard = '/ws/dashboard?deltas=1';
      const paths = [
        { path: download, count: ON_DOWNLOAD },
        { path: dashboard, count: ON_DASHBOARD },
        { path: '/ws/queue', count: ON_QUEUE },
      ];
      const { seconds } = await crowd.open(paths, AT_ONCE);
      console.error(`${ON_DOWNLOAD + ON_DASHBOARD + ON_QUEUE} sockets greeted in ${seconds.toFixed(1)} s`);
      await sleep(2000);

      await crowd.listen();
      const since = Date.now();
      await world.post(`/downloads/${watched.id}/resume`);
      const others = await someDownloads(world, since + SECONDS * 1000);
      await world.ended([watched.id, ...others], 180_000);
      await sleep(LAST_WORDS_MS);

      const ids = [watched.id, ...others];
      const expected = {
        [download]: await world.changes([watched.id], since),
        [dashboard]: await world.changes(ids, since),
      };
      const report = await crowd.report(expected);
      const rows = Object.entries(LABELS).map(([label, name]) => rowOf(name, report.summaries[label]));
      printTable(rows);
      await saveJson('latency', rows);
      await verify(world, report);
    } finally {
      crowd.kill();
    }
  });
}

/** One each five seconds, each third cancelled, until then. */
async function someDownloads(world: LiveWorld, until: number): Promise<string[]> {
  const ids: string[] = [];
  while (Date.now() < until) {
    const started = Date.now();
    const { id } = await world.app.request(
      world.origin.clip(`size=${512 * KIB}&seed=${ids.length + 2}&rate=${256 * KIB}`),
    );
    ids.push(id);
    if (ids.length % 3 === 0) {
      await sleep(300);
      await world.post(`/downloads/${id}/cancel`);
    }
    await sleep(Math.max(0, EVERY_MS - (Date.now() - started)));
  }
  return ids;
}

async function verify(world: LiveWorld, report: Report): Promise<void> {
  const { expected, lost, missed, doubled, closed, notGreeted, queues } = report;
  const heard = `${expected} changes and endings to be heard: ${lost} lost, ${doubled} messages heard twice`;
  console.log(`\n${heard}; ${closed} sockets closed, ${notGreeted} not greeted`);
  if (lost + closed + notGreeted > 0) throw new Error(`missed: ${JSON.stringify(missed)}`);
  const now = JSON.stringify(await world.get('/downloads/queue'));
  if (Object.keys(queues).join(' ') !== now)
    throw new Error(`the queue is ${now}, heard was ${JSON.stringify(queues)}`);
  const { p99 = Number.NaN } = report.summaries['change'] ?? {};
  if (!(p99 <= WITHIN_MS)) console.error(`p99 of changes is ${p99} ms, more than ${WITHIN_MS} ms`);
}

function rowOf(message: string, summary: Summary | undefined): Row {
  const { messages, p50, p95, p99, max } = summary ?? { messages: 0, p50: '–', p95: '–', p99: '–', max: '–' };
  return { message, heard: messages, 'p50, ms': p50, 'p95, ms': p95, 'p99, ms': p99, 'most, ms': max };
}
