import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import * as z from 'zod';
import { contentSha256 } from '../../test/support/origins/media-content.ts';
import { median, printTable, saveJson, type Row } from '../report.ts';

const MIB = 1024 ** 2;
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const SEED = 7;
const measured = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakRssMb: z.number().nullable(),
  idleRssMb: z.number().nullable(),
});
type Measured = z.infer<typeof measured>;

type World = { origin: string; s3: string; client: S3Client; dir: string };
type Contender = {
  name: string;
  run: (world: World, url: string, size: number, key: string) => Promise<Measured>;
  stored: 's3' | 'disk';
};

const own = (name: string, connections: number): Contender => ({
  name: name === 'FastTrack' ? `FastTrack, ${connections} connections` : name,
  stored: 's3',
  async run({ s3 }, url, _size, key) {
    const args = ['--import', 'tsx', 'bench/engine/contender.ts', name, url, s3, key, String(connections)];
    const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, ...credentials, ...quiet },
    });
    return measured.parse(JSON.parse(stdout));
  },
});

const shell = (
  name: string,
  stored: 's3' | 'disk',
  script: (world: World, url: string, size: number, key: string) => Promise<string>,
): Contender => ({
  name,
  stored,
  async run(world, url, size, key) {
    const timed = `TIMEFORMAT='%R %U %S'; time { ${await script(world, url, size, key)}; }`;
    const { stderr } = await promisify(execFile)('bash', ['-c', timed]);
    const [seconds = 0, user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
    return { seconds, cpuSeconds: user + system, peakRssMb: null, idleRssMb: null };
  },
});

const curl = shell('curl, to disk', 'disk', async ({ dir }, url, _size, key) => `curl -sf -o '${dir}/${key}' '${url}'`);
const aria2 = shell(
  'aria2c -x16, to disk',
  'disk',
  async ({ dir }, url, _size, key) =>
    `aria2c -q -x16 -s16 -k1M --file-allocation=none --allow-overwrite=true -d '${dir}' -o '${key}' '${url}'`,
);
const relay = shell('curl GET → curl PUT', 's3', async ({ client }, url, size, key) => {
  const to = await getSignedUrl(client, new PutObjectCommand({ Bucket: 'media', Key: key }));
  return `curl -sf '${url}' | curl -sf -T - -H 'Transfer-Encoding:' -H 'Content-Length: ${size}' '${to}'`;
});

/** Side by side in one run, in turn, every byte verified; medians. */
export async function benchEngine(): Promise<void> {
  const children: ChildProcess[] = [];
  const dir = await mkdtemp(path.join(tmpdir(), 'bench-'));
  try {
    const [origin, s3] = await Promise.all([serve('origin', children), serve('s3', children)]);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = new S3Client({
      endpoint: s3,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    const world = { origin, s3, client, dir };
    const throttled = (mib: number) => `(a) ${mib} MiB, 4 MiB/s a connection`;
    const free = `(b) 512 MiB, unthrottled`;
    const rows = [
      ...(await compare(world, throttled(512), 512 * MIB, `rate=${4 * MIB}`, [own('FastTrack', 16), aria2])),
      // One connection moves 4 MiB/s whatever the size: a smaller file says the same sooner.
      ...(await compare(world, throttled(128), 128 * MIB, `rate=${4 * MIB}`, [
        own('FastTrack', 16),
        aria2,
        curl,
        own('lib-storage', 1),
      ])),
      ...(await compare(world, free, 512 * MIB, '', [own('FastTrack', 8), relay, own('lib-storage', 1)])),
      ...(await compare(world, '(c) 4 GiB, unthrottled: memory', 4096 * MIB, '', [own('FastTrack', 8)], 1)),
    ];
    printTable(rows);
    await saveJson('engine', rows);
  } finally {
    for (const child of children) child.kill();
    await rm(dir, { recursive: true, force: true });
  }
}

async function compare(
  world: World,
  title: string,
  size: number,
  query: string,
  contenders: Contender[],
  rounds = ROUNDS,
): Promise<Row[]> {
  const runs = new Map<Contender, Measured[]>(contenders.map((contender) => [contender, []]));
  const url = `${world.origin}/media/clip.mp4?size=${size}&seed=${SEED}&${query}`;
  const expected = contentSha256(size, SEED);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const key = `${size}-${round}-${index}`;
      const run = await contender.run(world, url, size, key);
      if ((await storedSha256(world, contender, key)) !== expected)
        throw new Error(`${contender.name} stored other bytes`);
      console.error(`${title}: round ${round + 1}, ${contender.name}: ${run.seconds.toFixed(1)} s`);
      runs.get(contender)?.push(run);
    }
  }
  const first = contenders[0] === undefined ? [] : (runs.get(contenders[0]) ?? []);
  return contenders.map((contender) => rowOf(title, contender, runs.get(contender) ?? [], first, size));
}

function rowOf(title: string, { name }: Contender, runs: Measured[], first: Measured[], size: number): Row {
  const seconds = median(runs.map((run) => run.seconds));
  const above = runs.flatMap(({ peakRssMb, idleRssMb }) =>
    peakRssMb === null || idleRssMb === null ? [] : [peakRssMb - idleRssMb],
  );
  return {
    case: title,
    contender: name,
    'MiB/s': Math.round(size / MIB / seconds),
    // Round by round, because the machine's speed drifts.
    'FastTrack is': `${median(runs.map((run, round) => run.seconds / (first[round]?.seconds ?? run.seconds))).toFixed(2)}×`,
    'CPU s/GB': ((median(runs.map((run) => run.cpuSeconds)) / size) * 1e9).toFixed(2),
    'RSS above idle, MB': above.length === 0 ? '–' : Math.round(Math.max(...above)),
  };
}

async function storedSha256({ client, dir }: World, { stored }: Contender, key: string): Promise<string> {
  const hash = createHash('sha256');
  if (stored === 'disk') {
    for await (const chunk of createReadStream(path.join(dir, key))) hash.update(z.instanceof(Buffer).parse(chunk));
    await rm(path.join(dir, key));
    return hash.digest('hex');
  }
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'media', Key: key }));
  for await (const chunk of z.custom<AsyncIterable<Uint8Array>>().parse(Body)) hash.update(chunk);
  return hash.digest('hex');
}

export async function serve(what: string, children: ChildProcess[]): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/engine/serve.ts', what], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return String(line);
}
