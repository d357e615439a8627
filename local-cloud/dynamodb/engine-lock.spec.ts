import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commandLine } from '../processes/process-table.ts';
import { engineLock } from './engine-lock.ts';

let dir: string;
let database: string;
let engine: ChildProcess;
let deadHost: number;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'engine-lock-'));
  database = join(dir, 'db');
  // What stands in for an engine: a process whose command line names the database.
  engine = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', database], { stdio: 'ignore' });
  await vi.waitFor(async () => expect(await commandLine(engine.pid ?? 0)).toContain(database), 30_000);
  const host = spawn('true');
  deadHost = host.pid ?? 0;
  await once(host, 'exit');
});
afterEach(() => {
  engine.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const lockedBy = (host: number, pid: number | undefined) =>
  writeFileSync(`${database}.lock`, JSON.stringify({ host, engine: pid }));

test('an engine that outlived its host is ended', async () => {
  lockedBy(deadHost, engine.pid);
  const ended = once(engine, 'exit');
  await engineLock(database).claim();
  expect(await ended).toEqual([null, 'SIGKILL']);
});

test('an engine whose host lives is left alone, and the claim refused', async () => {
  lockedBy(process.pid, engine.pid);
  await expect(engineLock(database).claim()).rejects.toThrow(`${database} is in use by process ${process.pid}`);
  expect(engine.exitCode).toBeNull();
});

test('a process that merely has the id of a former engine is left alone', async () => {
  lockedBy(deadHost, process.pid);
  await engineLock(database).claim();
});

test('a lock that a crash left half written is none', async () => {
  writeFileSync(`${database}.lock`, '{"host":');
  await engineLock(database).claim();
});
