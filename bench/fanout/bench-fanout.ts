import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import * as z from 'zod';
import { median, printTable, saveJson, type Row } from '../report.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const POSTS = 10_000;
const WARM_UP = 2000;
const TEXT_BYTES = 2048;
const CONTENDERS = ['FastTrack', 'SDK'];
const CASES = { common: 'one text of 2 KB to all', own: 'to each its own text of 2 KB' };

const measured = z.object({ seconds: z.number(), cpuSeconds: z.number() });
type Measured = z.infer<typeof measured>;

/** Posts per second of the poster's CPU: FastTrack and the SDK in turn, to a sink that counts every post; medians. */
export async function benchFanout(): Promise<void> {
  const sink = spawn(process.execPath, ['--import', 'tsx', 'bench/fanout/sink.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(createInterface({ input: sink.stdout }), 'line');
    const url = String(line);
    const rows = [...(await compare(url, 'common')), ...(await compare(url, 'own'))];
    printTable(rows);
    await saveJson('fanout', rows);
  } finally {
    sink.kill();
  }
}

async function compare(url: string, texts: keyof typeof CASES): Promise<Row[]> {
  const runs = new Map<string, Measured[]>(CONTENDERS.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of CONTENDERS) {
      const run = await runOf(url, name, texts);
      console.error(
        `${CASES[texts]}: round ${round + 1}, ${name}: ${((run.cpuSeconds / POSTS) * 1e6).toFixed(0)} µs a post`,
      );
      runs.get(name)?.push(run);
    }
  }
  const sdk = runs.get('SDK') ?? [];
  return CONTENDERS.map((name) => rowOf(CASES[texts], name, runs.get(name) ?? [], sdk));
}

async function runOf(url: string, name: string, texts: string): Promise<Measured> {
  const args = ['--import', 'tsx', 'bench/fanout/contender.ts', name, url, texts, String(POSTS), String(WARM_UP)];
  // A role's token, as a Lambda has one: it is sent and signed with each post.
  const credentials = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'token'.repeat(150),
  };
  const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, ...credentials, ...quiet },
  });
  await verifyHeard(url, name);
  return measured.parse(JSON.parse(stdout));
}

async function verifyHeard(url: string, name: string): Promise<void> {
  const heard: unknown = await (await fetch(`${url}/heard`)).json();
  const all = POSTS + WARM_UP;
  const expected = { posts: all, bytes: all * TEXT_BYTES, connections: all };
  if (JSON.stringify(heard) !== JSON.stringify(expected))
    throw new Error(`${name}: heard ${JSON.stringify(heard)}, not ${JSON.stringify(expected)}`);
}

function rowOf(title: string, name: string, runs: Measured[], sdk: Measured[]): Row {
  const cpu = median(runs.map((run) => run.cpuSeconds));
  return {
    case: title,
    contender: name === 'SDK' ? "the SDK's PostToConnection" : name,
    'CPU µs/post': Math.round((cpu / POSTS) * 1e6),
    'posts/s/core': Math.round(POSTS / cpu),
    // Round by round, because the machine's speed drifts.
    "of the SDK's": `${median(runs.map((run, round) => (sdk[round]?.cpuSeconds ?? run.cpuSeconds) / run.cpuSeconds)).toFixed(2)}×`,
    'posts/s': Math.round(POSTS / median(runs.map((run) => run.seconds))),
  };
}
