import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';

const repository = path.dirname(import.meta.dirname);
const fixture = path.join(import.meta.dirname, 'template', 'fixture');
const parent = mkdtempSync(path.join(tmpdir(), 'start-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** A project whose CDK app copies the fixture, and puts the project's greeting into it. */
const APP = `
const fs = require('node:fs');
const out = process.env.CDK_OUTDIR;
fs.cpSync('fixture', out, { recursive: true });
const { greeting } = JSON.parse(process.env.CDK_CONTEXT_JSON);
const file = out + '/Fixture.template.json';
const text = fs.readFileSync(file, 'utf8').replace('"Value": "hello"', JSON.stringify({ Value: greeting }).slice(1, -1));
fs.writeFileSync(file, text.replace('input.n + 1', 'input.n + ' + fs.readFileSync('step.txt', 'utf8')));
`;

function aProject(): string {
  const root = mkdtempSync(path.join(parent, 'project-'));
  cpSync(fixture, path.join(root, 'fixture'), { recursive: true });
  symlinkSync(path.join(repository, 'node_modules'), path.join(root, 'node_modules'));
  const put = (file: string, content: string): void => writeFileSync(path.join(root, file), content);
  put('app.cjs', APP);
  put('step.txt', '1');
  put('cdk.json', JSON.stringify({ app: 'node app.cjs', context: { greeting: 'hi' } }));
  put('demo.mjs', "console.log('demo of', process.env.APP_URL, process.env.SHOWN); setInterval(() => {}, 1000);");
  const localCloud = { demo: 'demo.mjs', demoEnvironment: { SHOWN: 'yes' } };
  put('package.json', JSON.stringify({ type: 'module', localCloud }));
  return root;
}

type Command = {
  child: ChildProcess;
  printed(): string;
  exit: Promise<number | null>;
  /** The application's address, once it is printed. */
  ready(): Promise<string>;
};

const commands: Command[] = [];
afterEach(async () => {
  for (const { child, exit } of commands.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
});

function npmStart(root: string, args: string[] = [], variables: Record<string, string> = {}): Command {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), path.join(import.meta.dirname, 'start.ts'), ...args],
    { cwd: root, env: { ...process.env, PORT: '0', AWS_PORT: '0', ...variables }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const command: Command = {
    child,
    printed: () => output,
    exit: new Promise((resolve) => child.once('close', resolve)),
    ready: () =>
      vi.waitFor(
        () => {
          expect(output).toContain('ready in');
          return /Application +(\S+)/.exec(output)![1]!;
        },
        { timeout: 60_000, interval: 50 },
      ),
  };
  commands.push(command);
  return command;
}

const soon = { timeout: 30_000, interval: 50 };
const get = async (url: string): Promise<string> => (await fetch(url)).text();
const post = async (url: string): Promise<unknown> => (await fetch(url, { method: 'POST' })).json();

test('starts once with one command, says where everything is, and stops at a signal within seconds', async () => {
  const root = aProject();
  const command = npmStart(root, ['-c', 'greeting=welcome']);
  const app = await command.ready();
  expect(command.printed()).toMatch(/aws --endpoint-url http:\/\/127\.0\.0\.1:\d+ s3 ls/);
  expect(command.printed()).toMatch(/Data +\.local\n/);
  expect(command.printed()).toMatch(/ready in \d+ ms \(synth took \d+\.\d s\)/);
  expect(await post(`${app}/hits/a`)).toEqual({ queued: 'a', greeting: 'welcome from Fixture' });
  const second = npmStart(root);
  expect(await second.exit).toBe(1);
  expect(second.printed()).toMatch(/^\S+\.local is in use by process \d+\. Stop that one first, .*\n$/);
  const before = performance.now();
  command.child.kill('SIGINT');
  expect(await command.exit).toBe(0);
  expect(performance.now() - before).toBeLessThan(10_000);
  // A function that was running then says behind it that it was ended.
  expect(command.printed()).toMatch(/\nstopped\n/);
});

test('goes on after kill -9 as if nothing had been, from the same assembly', async () => {
  const root = aProject();
  const first = npmStart(root);
  const app = await first.ready();
  for (const id of ['a', 'b', 'c', 'd']) await post(`${app}/hits/${id}`);
  first.child.kill('SIGKILL');
  await first.exit;
  const second = npmStart(root);
  const again = await second.ready();
  expect(second.printed()).toContain('synth cached');
  for (const id of ['a', 'b', 'c', 'd'])
    await vi.waitFor(async () => expect(await get(`${again}/hits/noted%23${id}`)).toBe('noted'), soon);
});

test('--fresh begins empty, and --demo runs the demo against the application', async () => {
  const root = aProject();
  const first = npmStart(root);
  const app = await first.ready();
  await post(`${app}/hits/a`);
  await vi.waitFor(async () => expect(await get(`${app}/hits/hit%23a`)).toBe('worker'), soon);
  first.child.kill('SIGTERM');
  await first.exit;
  const fresh = npmStart(root, ['--fresh', '--demo']);
  const again = await fresh.ready();
  expect(await get(`${again}/hits/hit%23a`)).toBe('none');
  await vi.waitFor(() => expect(fresh.printed()).toContain(`demo of ${again} yes`), soon);
});

test('--watch exchanges what changed, and runs on when the change is broken', async () => {
  const root = aProject();
  const command = npmStart(root, ['--watch']);
  const app = await command.ready();
  const change = (file: string, content: string): void => writeFileSync(path.join(root, file), content);
  change('step.txt', '2');
  await vi.waitFor(() => expect(command.printed()).toContain('changed: step.txt\nreloaded: Inline'), soon);
  change('app.cjs', 'throw new Error("half typed")');
  await vi.waitFor(() => expect(command.printed()).toContain('half typed'), soon);
  expect((await fetch(app)).status).toBe(200);
  change('app.cjs', APP);
  change('cdk.json', readFileSync(path.join(root, 'cdk.json'), 'utf8').replace('hi', 'changed'));
  await vi.waitFor(() => expect(command.printed()).toContain('restarted'), soon);
  expect(await post(`${app}/hits/a`)).toEqual({ queued: 'a', greeting: 'changed from Fixture' });
});
