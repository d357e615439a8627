import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commandLine } from '../processes/process-table.ts';
import { createLambdaHost } from './lambda-host.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dead-host-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('kill -9 of the host leaves no worker behind, not even one that never looks up, and the next host tidies up', async () => {
  writeFileSync(
    join(folder, 'index.mjs'),
    `export const handler = async ({ spin }) => { console.log('pid=' + process.pid); while (spin); await new Promise((r) => setTimeout(r, 60_000)); };`,
  );
  writeFileSync(
    join(folder, 'host.ts'),
    `import { createLambdaHost } from ${JSON.stringify(join(import.meta.dirname, 'lambda-host.ts'))};
     const host = createLambdaHost({ tmpDir: ${JSON.stringify(folder)} });
     host.register({ name: 'Fn', arn: 'arn', codeDir: ${JSON.stringify(folder)}, handler: 'index.handler', environment: {}, memoryMb: 256, timeoutSeconds: 60 });
     for (const spin of [true, false]) void host.invoke('Fn', JSON.stringify({ spin }));`,
  );
  const host = spawn(process.execPath, ['--import', 'tsx', join(folder, 'host.ts')], { cwd: process.cwd() });
  let printed = '';
  host.stdout.on('data', (chunk) => (printed += String(chunk)));
  host.stderr.on('data', (chunk) => (printed += String(chunk)));
  const workers = await vi.waitFor(() => {
    const pids = [...printed.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids, printed).toHaveLength(2);
    return pids;
  }, 30_000);
  host.kill('SIGKILL');
  await once(host, 'exit');
  await vi.waitFor(async () => {
    expect(await Promise.all(workers.map(commandLine))).toEqual(['', '']);
  }, 30_000);
  const homes = () => readdirSync(folder).filter((name) => name.startsWith('lambda-'));
  expect(homes()).toHaveLength(2);
  await createLambdaHost({ tmpDir: folder }).stop();
  expect(homes()).toEqual([]);
});
