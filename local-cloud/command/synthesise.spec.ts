import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { hashInputs, inputFiles, inputTimes, watchInputs } from './inputs.ts';
import { synthesise } from './synthesise.ts';

const parent = mkdtempSync(path.join(tmpdir(), 'synthesise-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** Its app counts how often it ran, and writes down its context and a source file. */
const APP = `
const fs = require('node:fs');
const out = process.env.CDK_OUTDIR;
if (fs.readFileSync('src/a.txt', 'utf8') === 'broken') { console.error('a.txt is broken'); process.exit(3); }
fs.appendFileSync('runs.log', 'run\\n');
fs.writeFileSync(out + '/context.json', process.env.CDK_CONTEXT_JSON);
`;

function aProject(): string {
  const root = mkdtempSync(path.join(parent, 'project-'));
  mkdirSync(path.join(root, 'src'));
  writeFileSync(path.join(root, 'src', 'a.txt'), 'one');
  writeFileSync(path.join(root, 'app.cjs'), APP);
  writeFileSync(path.join(root, 'cdk.json'), JSON.stringify({ app: 'node app.cjs', context: { flag: true, size: 1 } }));
  return root;
}
const change = (root: string, file: string, content: string): void => writeFileSync(path.join(root, file), content);
const runs = (root: string): number => readFileSync(path.join(root, 'runs.log'), 'utf8').split('\n').length - 1;

test('the same files and context are synthesised once', async () => {
  const root = aProject();
  const first = await synthesise(root, {});
  expect(first.tookMs).toBeGreaterThan(0);
  expect(await synthesise(root, {})).toEqual({ cdkOut: first.cdkOut, tookMs: null });
  change(root, 'src/a.txt', 'two');
  expect((await synthesise(root, {})).cdkOut).not.toBe(first.cdkOut);
  change(root, 'src/a.txt', 'one');
  expect(await synthesise(root, {})).toEqual({ cdkOut: first.cdkOut, tookMs: null });
  expect(runs(root)).toBe(2);
});

test('context of the command line wins over that of cdk.json', async () => {
  const root = aProject();
  const { cdkOut } = await synthesise(root, { size: '2' });
  expect(JSON.parse(readFileSync(path.join(cdkOut, 'context.json'), 'utf8'))).toEqual({ flag: true, size: '2' });
  expect((await synthesise(root, {})).cdkOut).not.toBe(cdkOut);
});

test('an app that fails says what it printed, leaves nothing behind and the assembly before as it was', async () => {
  const root = aProject();
  const { cdkOut } = await synthesise(root, {});
  change(root, 'src/a.txt', 'broken');
  await expect(synthesise(root, {})).rejects.toMatchObject({ name: 'SynthFailed', output: 'a.txt is broken\n' });
  expect(existsSync(path.join(cdkOut, 'context.json'))).toBe(true);
  change(root, 'src/a.txt', 'one');
  expect((await synthesise(root, {})).tookMs).toBeNull();
});

test('the newest assemblies are kept', async () => {
  const root = aProject();
  const made: string[] = [];
  for (const size of ['1', '2', '3', '4', '5', '6']) made.push((await synthesise(root, { size })).cdkOut);
  expect(made.map((folder) => existsSync(folder))).toEqual([false, true, true, true, true, true]);
});

test('documents, tests, data and what tools made are no inputs', () => {
  const root = aProject();
  const before = hashInputs(root, {});
  for (const folder of ['docs', 'test', 'node_modules', 'dist', '.git', 'cdk.out', 'local-cloud', 'my-data']) {
    mkdirSync(path.join(root, folder));
    change(root, path.join(folder, 'x.ts'), 'x');
  }
  change(root, 'my-data/local-cloud.json', '{}');
  change(root, 'README.md', 'x');
  expect(hashInputs(root, {})).toBe(before);
  expect(inputFiles(root)).toEqual(['app.cjs', 'cdk.json', 'src/a.txt']);
  change(root, 'src/b.txt', '');
  expect(hashInputs(root, {})).not.toBe(before);
});

test('a watcher hears of changed, added and removed files, and of nothing else', async () => {
  const root = aProject();
  const heard: string[][] = [];
  const stop = watchInputs(root, inputTimes(root), async (files) => void heard.push(files), 20);
  change(root, 'README.md', 'x');
  change(root, 'src/a.txt', 'changed');
  await vi.waitFor(() => expect(heard).toEqual([['src/a.txt']]), 30_000);
  change(root, 'src/new.txt', '');
  await vi.waitFor(() => expect(heard[1]).toEqual(['src/new.txt']), 30_000);
  rmSync(path.join(root, 'src/new.txt'));
  await vi.waitFor(() => expect(heard[2]).toEqual(['src/new.txt']), 30_000);
  stop();
});
