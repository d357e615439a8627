import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { STATUSES } from '../../contract/download.ts';
import { notice } from '../../contract/notice-routes.ts';
import { connectionCounts } from '../../contract/snapshot.ts';
import { countersOf } from '../../test/support/counters.ts';
import { printTable, saveJson, type Row } from '../report.ts';
import type { Report } from './crowd-messages.ts';
import { startCrowd, type Crowd } from './crowd.ts';
import { killFunctions, memoryOf, type Memory } from './processes.ts';
import { withLiveWorld, type LiveWorld } from './world.ts';

/** Of each kind, in each of four processes; two of them are killed. 4 × 600 on one channel are more than one function posts to. */
const CROWDS = 4;
const SHARE = Number(process.env['SHARE'] ?? 1);
const share = (count: number) => Math.ceil(count * SHARE);
const EACH = { general: share(600), download: share(20), dashboard: share(125), queue: share(125) };
const DOWNLOADS = 20;
const CANCELLED = 5;
const NOTICES = 10;
const AT_ONCE = 6;
const MIB = 1024 ** 2;
const SETTLED_MS = 600_000;
const PATIENCE_MS = 600_000;

/** Thousands of sockets; half of them die, functions are killed, messages come twice; throws when a survivor missed anything. */
export async function benchStorm(): Promise<void> {
  const posted = { byFanOut: 0 };
  // As CloudWatch would read them out of the functions' own logs.
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
  await withLiveWorld(
    async (world) => {
      const crowds = Array.from({ length: CROWDS }, () => startCrowd(world.stack.appUrl));
      const memory = watchMemory(world.stack.pid);
      try {
        await storm(world, crowds, memory, posted);
      } finally {
        memory.stop();
        for (const crowd of crowds) crowd.kill();
      }
    },
    (line) => {
      if (line.includes('FanOut')) posted.byFanOut += Number(/"messages":(\d+)/.exec(line)?.[1] ?? 0);
    },
  );
}

async function storm(world: LiveWorld, crowds: Crowd[], memory: { most: Memory }, posted: { byFanOut: number }) {
  const rows: Row[] = [];
  const tell = (what: string, value: string | number) => {
    console.error(`${what}: ${value}`);
    rows.push({ what, value });
  };
  const ids = await pausedDownloads(world);
  const paths = [
    { path: '/ws/general', count: EACH.general },
    ...ids.map((id) => ({ path: `/ws/downloads/${id}`, count: EACH.download })),
    { path: '/ws/dashboard?deltas=1', count: EACH.dashboard },
    { path: '/ws/queue', count: EACH.queue },
  ];
  const each = paths.reduce((sum, { count }) => sum + count, 0);
  const opening = Promise.all(crowds.map((crowd) => crowd.open(paths, AT_ONCE)));
  await sleep(15_000);
  const killed = [await killFunctions(world.stack.pid)];
  const opened = await opening;
  const retried = opened.reduce((sum, one) => sum + one.retried, 0);
  const seconds = Math.max(...opened.map((one) => one.seconds));
  tell('sockets opened, each told its state', each * CROWDS);
  tell('seconds that took, functions killed meanwhile', seconds.toFixed(0));
  tell('handshakes tried again', retried);
  await countedRight(world, CROWDS);

  const since = Date.now();
  const told = [await announce(world, 0)];
  await resumeTwice(world, ids);
  for (let n = 1; n < NOTICES; n += 1) {
    told.push(await announce(world, n));
    if (n === 3 || n === 6) killed.push(await killFunctions(world.stack.pid));
    if (n <= CANCELLED) await stubbornly(world, `/downloads/${ids[n]}/cancel`);
    await sleep(2000);
  }
  const closed = Date.now();
  for (const crowd of crowds.slice(CROWDS / 2)) crowd.kill();
  const survivors = crowds.slice(0, CROWDS / 2);
  const late = await countedRight(world, survivors.length);
  tell('functions killed', killed.join(' + '));
  tell('sockets killed', each * (CROWDS - survivors.length));
  tell('seconds until GET /ws/connections was exact', ((late - closed) / 1000).toFixed(1));

  const ended = await world.ended(ids, SETTLED_MS);
  tell('downloads completed + cancelled', statusesOf(ended));
  const reports = await untilHeard(world, survivors, ids, since, told);
  const total = (of: (report: Report) => number) => reports.reduce((sum, report) => sum + of(report), 0);
  tell(
    'changes, endings and notices to be heard by survivors',
    total(({ expected }) => expected),
  );
  tell(
    'of these lost',
    total(({ lost }) => lost),
  );
  tell(
    'heard twice',
    total(({ doubled }) => doubled),
  );
  tell('messages posted by the fan-out function', posted.byFanOut);
  await recount(world);
  tell('counters', 'equal a recount');
  const { stack, engine, functions, functionCount } = memory.most;
  tell('memory at most, MB', `stack ${stack}, engine ${engine}, ${functionCount} functions ${functions}`);
  tell('load average', loadavg()[0]?.toFixed(1) ?? '');
  printTable(rows);
  await saveJson('storm', rows);
  const missed = reports.flatMap(({ missed }) => Object.entries(missed));
  if (missed.length > 0) throw new Error(`missed: ${missed.map((entry) => entry.join(': ')).join('\n')}`);
  if (posted.byFanOut === 0) throw new Error('the fan-out function posted nothing');
}

const statusesOf = (ended: string[]): string =>
  ['completed', 'cancelled'].map((wanted) => ended.filter((status) => status === wanted).length).join(' + ');

async function pausedDownloads(world: LiveWorld): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < DOWNLOADS; n += 1) {
    // Those that are to be cancelled must not be faster.
    const size = n >= 1 && n <= CANCELLED ? 256 * MIB : 4 * MIB;
    const { id } = await world.app.request(world.origin.clip(`size=${size}&seed=${n}&rate=${MIB / 4}`));
    await world.post(`/downloads/${id}/pause`);
    ids.push(id);
  }
  return ids;
}

/** As a client does that heard no answer: the same request, with the same key, until there is one; and then once more. */
async function stubbornly(world: LiveWorld, path: string, body?: unknown): Promise<unknown> {
  const headers = { 'idempotency-key': randomUUID() };
  for (let tried = 1; ; tried += 1) {
    try {
      await world.post(path, body, headers);
      return await world.post(path, body, headers);
    } catch (error) {
      if (tried === 20 || !/: 5\d\d /.test(String(error))) throw error;
      await sleep(500);
    }
  }
}

async function announce(world: LiveWorld, n: number): Promise<string> {
  return `general#${notice.parse(await stubbornly(world, '/notifications', { message: `notice ${n}` })).seq}`;
}

/** Each request twice, and each message of the queue twice more. */
async function resumeTwice(world: LiveWorld, ids: string[]): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint: world.stack.awsUrl, region: 'us-east-1', credentials });
  const QueueUrl = world.stack.output('DownloadQueueUrl');
  for (const id of ids) {
    await stubbornly(world, `/downloads/${id}/resume`);
    const command = new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ id }) });
    await Promise.all([sqs.send(command), sqs.send(command)]);
  }
  sqs.destroy();
}

/** When `GET /ws/connections` told exactly what so many processes have open. */
async function countedRight(world: LiveWorld, processes: number): Promise<number> {
  const wanted = {
    download_connections: EACH.download * DOWNLOADS * processes,
    queue_connections: EACH.queue * processes,
    general_connections: EACH.general * processes,
    dashboard_connections: EACH.dashboard * processes,
  };
  const isSo = (counts: Record<string, number | undefined>) =>
    Object.entries(wanted).every(([name, count]) => counts[name] === count);
  for (const end = Date.now() + PATIENCE_MS; ;) {
    const counts = await world.get('/ws/connections').then(
      (answer) => connectionCounts.parse(answer),
      () => null,
    );
    if (counts !== null && isSo(counts)) return Date.now();
    if (Date.now() > end) throw new Error(`counted ${JSON.stringify(counts)}, not ${JSON.stringify(wanted)}`);
    await sleep(500);
  }
}

/** What the survivors heard, once they have heard everything: what a killed fan-out had in hand comes back after a minute. */
async function untilHeard(world: LiveWorld, survivors: Crowd[], ids: string[], since: number, notices: string[]) {
  const byId = new Map<string, string[]>();
  for (const id of ids) byId.set(id, await world.changes([id], since));
  const expected = {
    '/ws/general': notices,
    '/ws/dashboard?deltas=1': [...byId.values()].flat(),
    ...Object.fromEntries([...byId].map(([id, changes]) => [`/ws/downloads/${id}`, changes])),
  };
  for (const end = Date.now() + SETTLED_MS; ;) {
    const reports = await Promise.all(survivors.map((crowd) => crowd.report(expected)));
    if (Date.now() > end || reports.every(({ lost }) => lost === 0)) return reports;
    await sleep(2000);
  }
}

/** Throws unless the counters say what the records say. */
async function recount({ db, stack }: LiveWorld): Promise<void> {
  const TableName = stack.output('DownloadsTable');
  const counted: Record<string, number> = {};
  const record = z.object({ pk: z.string(), status: z.string().optional() });
  for await (const { Items = [] } of paginateScan({ client: db }, { TableName, ConsistentRead: true })) {
    for (const item of Items) {
      const { pk, status = '' } = record.parse(item);
      if (pk.startsWith('download#')) counted[status] = (counted[status] ?? 0) + 1;
    }
  }
  const counters = await countersOf(db, TableName);
  for (const status of STATUSES) {
    if ((counters[status] ?? 0) !== (counted[status] ?? 0))
      throw new Error(`${status}: the counters say ${counters[status]}, there are ${counted[status]}`);
  }
}

/** The most memory that was ever in use, looked at each two seconds. */
function watchMemory(pid: number) {
  const most: Memory = { stack: 0, engine: 0, functions: 0, functionCount: 0 };
  const look = async () => {
    const now = await memoryOf(pid);
    most.stack = Math.max(most.stack, now.stack);
    most.engine = Math.max(most.engine, now.engine);
    if (now.functions > most.functions)
      Object.assign(most, { functions: now.functions, functionCount: now.functionCount });
  };
  const timer = setInterval(() => void look().catch(() => undefined), 2000);
  return { most, stop: () => clearInterval(timer) };
}
