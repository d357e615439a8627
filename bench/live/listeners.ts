import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import * as z from 'zod';
import { command, type Answer, type Command, type Report } from './crowd-messages.ts';
import { summaryOf } from './summary.ts';

// Many listeners in a process of their own, told over IPC what to do; argument: the application's address.
const [appUrl = ''] = process.argv.slice(2);
const wsUrl = appUrl.replace(/^http:\/\/localhost/, 'ws://127.0.0.1');
const PATIENCE_MS = 30_000;
const GREETED_MS = 180_000;
const TRIES = 20;
/** As many people as come from as many addresses: all of 127.0.0.0/8 is this machine, on Linux. */
const ADDRESSES = process.platform === 'linux' ? 100 : 1;

type Listener = {
  path: string;
  heard: Set<string>;
  ready: boolean;
  lastQueue: string;
  tickedAt: number;
  closed: boolean;
};

const message = z.looseObject({
  type: z.string(),
  timestamp: z.string().optional(),
  download_id: z.string().optional(),
  seq: z.union([z.number(), z.string()]).optional(),
  data: z.unknown().optional(),
});
type Message = z.infer<typeof message>;

const listeners: Listener[] = [];
let latencies = new Map<string, number[]>();
let doubled = 0;
let retried = 0;

const note = (name: string, ms: number): void => {
  const known = latencies.get(name);
  if (known === undefined) latencies.set(name, [ms]);
  else known.push(ms);
};

/** What tells a message that everybody must hear from all others of its channel; else its type. */
const nameOf = ({ type, download_id, seq }: Message): string =>
  type === 'download_update' ? `${download_id}#${seq}` : type === 'general_message' ? `general#${seq}` : type;

function hear(listener: Listener, text: string): void {
  const now = Date.now();
  const heard = message.parse(JSON.parse(text));
  if (heard.type !== 'connection_established' || listener.path.startsWith('/ws/general')) listener.ready = true;
  const name = nameOf(heard);
  if (listener.heard.has(name)) doubled += 1;
  if (name !== heard.type) listener.heard.add(name);
  if (heard.timestamp !== undefined) note(name, now - Date.parse(heard.timestamp));
  if (heard.type === 'queue_update') listener.lastQueue = JSON.stringify(heard.data);
  if (heard.type === 'dashboard_update') {
    if (listener.tickedAt > 0) note('tick', now - listener.tickedAt);
    listener.tickedAt = now;
  }
}

/** Opens one as a client does: a handshake that fails is tried again, later and later. */
async function open(path: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const listener = { path, heard: new Set<string>(), ready: false, lastQueue: '', tickedAt: 0, closed: false };
    const socket = new WebSocket(wsUrl + path, {
      perMessageDeflate: false,
      localAddress: `127.0.0.${1 + (listeners.length % ADDRESSES)}`,
    });
    socket.on('message', (data) => hear(listener, z.instanceof(Buffer).parse(data).toString()));
    socket.on('close', () => {
      listener.closed = true;
    });
    try {
      await once(socket, 'open', { signal: AbortSignal.timeout(PATIENCE_MS) });
      listeners.push(listener);
      return;
    } catch (error) {
      if (tried === TRIES) throw error;
      socket.on('error', () => undefined).terminate();
      retried += 1;
      await sleep(Math.random() * Math.min(5000, 200 * 2 ** tried));
    }
  }
}

async function openMany({ paths, atOnce }: Extract<Command, { do: 'open' }>): Promise<void> {
  const left = paths.flatMap(({ path, count }) => Array.from({ length: count }, () => path)).values();
  const one = async () => {
    for (const path of left) await open(path);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const end = Date.now() + GREETED_MS;
  while (Date.now() < end && listeners.some(({ ready }) => !ready)) await sleep(50);
}

function report({ expected }: Extract<Command, { do: 'report' }>): Report {
  const mustHear = new Map(Object.entries(expected));
  const changes = new Set(Object.values(expected).flat());
  const missed: Record<string, number> = {};
  for (const { path, heard } of listeners) {
    for (const name of mustHear.get(path) ?? [])
      if (!heard.has(name)) missed[`${path} ${name}`] = (missed[`${path} ${name}`] ?? 0) + 1;
  }
  const byLabel = new Map<string, number[]>();
  for (const [name, found] of latencies) {
    const label = changes.has(name) ? 'change' : name.includes('#') ? 'progress' : name;
    byLabel.set(label, [...(byLabel.get(label) ?? []), ...found]);
  }
  const queues: Record<string, number> = {};
  for (const { lastQueue } of listeners) if (lastQueue !== '') queues[lastQueue] = (queues[lastQueue] ?? 0) + 1;
  return {
    listeners: listeners.length,
    notGreeted: listeners.filter(({ ready }) => !ready).length,
    closed: listeners.filter(({ closed }) => closed).length,
    expected: listeners.reduce((sum, { path }) => sum + (mustHear.get(path)?.length ?? 0), 0),
    lost: Object.values(missed).reduce((sum, count) => sum + count, 0),
    missed,
    doubled,
    queues,
    summaries: Object.fromEntries([...byLabel].map(([label, found]) => [label, summaryOf(found)])),
  };
}

async function obey(asked: Command): Promise<Answer> {
  switch (asked.do) {
    case 'open':
      await openMany(asked);
      return { opened: listeners.length, retried };
    case 'listen':
      latencies = new Map();
      for (const listener of listeners) listener.tickedAt = 0;
      return {};
    case 'report':
      return { report: report(asked) };
  }
}

process.on('message', (asked) => {
  void obey(command.parse(asked)).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());
