import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { commandLine } from './process-table.ts';

const PROGRAM = `
  import { spawn } from 'node:child_process';
  import { dieWithMe } from ${JSON.stringify(join(import.meta.dirname, 'watchdog.ts'))};
  const one = () => spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const [watched, group, forgotten] = [one(), one(), one()];
  dieWithMe(watched.pid);
  dieWithMe(-group.pid);
  dieWithMe(forgotten.pid)();
  console.log(JSON.stringify([watched.pid, group.pid, forgotten.pid]));
  setInterval(() => {}, 1000);`;

test('what is watched dies with its process even by kill -9, and what is forgotten lives on', async () => {
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM]);
  const [output] = await once(parent.stdout, 'data');
  const [watched, group, forgotten]: number[] = JSON.parse(String(output));
  parent.kill('SIGKILL');
  await vi.waitFor(async () => {
    expect([await commandLine(watched!), await commandLine(group!)]).toEqual(['', '']);
  }, 30_000);
  expect(await commandLine(forgotten!)).toBe('sleep 60');
  process.kill(forgotten!, 'SIGKILL');
});
