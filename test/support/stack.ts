import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { readLocalCloudSettings } from '../../local-cloud/command/project.ts';
import { synthesise } from '../../local-cloud/command/synthesise.ts';
import { startStack, type Stack } from '../../local-cloud/stack.ts';

/** The deployment to test instead of a local cloud. Vite sets a BASE_URL of its own (`/`), which is none. */
export const deployedUrl = /^https?:\/\/.+/.exec(process.env['BASE_URL'] ?? '')?.[0].replace(/\/$/, '');

export type TestStack = Pick<Stack, 'appUrl'> & {
  local: Stack | null;
  /** Away and back, at the same addresses, with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** A running FastTrack with no data: the deployment at BASE_URL, or a local cloud of this test's own. */
export async function aStack(): Promise<TestStack> {
  if (deployedUrl !== undefined)
    return { appUrl: deployedUrl, local: null, restart: cannot, stop: () => Promise.resolve() };
  process.env['FASTTRACK_ALLOW_PRIVATE_SOURCES'] = '1';
  const { cdkOut } = await synthesise(process.cwd(), {});
  const dataDir = await mkdtemp(path.join(tmpdir(), 'fasttrack-'));
  const { passEnvironment, environment } = readLocalCloudSettings(process.cwd());
  Object.assign(process.env, environment);
  const start = (port: number, awsPort: number) =>
    startStack({
      cdkOut,
      dataDir,
      port,
      awsPort,
      passEnvironment: [...passEnvironment, ...Object.keys(environment)],
      log: quiet,
    });
  let local = await start(0, 0);
  return {
    appUrl: local.appUrl,
    get local() {
      return local;
    },
    async restart() {
      await local.stop();
      local = await start(Number(new URL(local.appUrl).port), Number(new URL(local.awsUrl).port));
    },
    async stop() {
      await local.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const cannot = () => Promise.reject(new Error('A deployment is not restarted by a test.'));

/** What a failing test wants to read, and a passing one does not. */
function quiet(line: string): void {
  if (/"level":"(ERROR|WARN)"|warning|error/i.test(line) && process.env['VERBOSE'] !== undefined) console.log(line);
}

export type StackProcess = {
  pid: number;
  appUrl: string;
  awsUrl: string;
  /** The template's outputs, as the command prints them. */
  output(name: string): string;
  /** `kill -9`: nothing gets to say goodbye. */
  kill(): Promise<void>;
};

/** The command of `npm start` as a process of its own, on a data directory that outlives it; `hear` gets each line it prints. */
export async function startCommand(dataDir: string, hear?: (line: string) => void): Promise<StackProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'local-cloud/start.ts'], {
    env: { ...process.env, PORT: '0', AWS_PORT: '0', DATA_DIR: dataDir, FASTTRACK_ALLOW_PRIVATE_SOURCES: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = await untilReady(child, hear);
  const output = (name: string) => {
    const value = new RegExp(`^ *${name} +(\\S+)`, 'm').exec(printed)?.[1];
    if (value === undefined) throw new Error(`the command printed no ${name}:\n${printed}`);
    return value;
  };
  return {
    pid: child.pid ?? 0,
    appUrl: output('Application'),
    awsUrl: output('AWS APIs'),
    output,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function untilReady(child: ChildProcess, hear?: (line: string) => void): Promise<string> {
  if (child.stdout === null) throw new Error('no output to read');
  const printed: string[] = [];
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    // Goes on listening for ever: output that nobody reads would block the command.
    lines.on('line', (line) => {
      printed.push(line);
      hear?.(line);
      if (line.includes('ready in')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the command ended with ${code}:\n${printed.join('\n')}`)));
  });
  return printed.join('\n');
}
