import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { emptyDataDir, isDataDir, openDataDir } from './data-dir.ts';

const root = mkdtempSync(path.join(tmpdir(), 'data-dir-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFolder = (): string => mkdtempSync(path.join(root, 'd-'));

test('the stack keeps its UUID as long as the folder lives', async () => {
  const folder = path.join(newFolder(), 'deep', 'down');
  const first = await openDataDir(folder);
  first.release();
  const second = await openDataDir(folder);
  expect(second.stackUuid).toBe(first.stackUuid);
  second.release();
  await emptyDataDir(folder);
  const third = await openDataDir(folder);
  expect(third.stackUuid).not.toBe(first.stackUuid);
  third.release();
});

test('of many that want it at once, one gets it', async () => {
  const folder = newFolder();
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => openDataDir(folder)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual(['local-cloud.json', 'local-cloud.lock']);
});

test('of many that find it abandoned, at most one gets it', async () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, 'local-cloud.lock'), `${2 ** 30}\ngone`);
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => openDataDir(folder)));
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
  const lone = results.every(({ status }) => status === 'rejected') ? await openDataDir(folder) : undefined;
  expect(lone === undefined || isDataDir(folder)).toBe(true);
});

test('a process of the same number that is another program does not hold it', async () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, 'local-cloud.lock'), `${process.ppid}\nanother program`);
  (await openDataDir(folder)).release();
});

test('a lock that was cut short by a crash is nobody’s', async () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, 'local-cloud.lock'), '');
  (await openDataDir(folder)).release();
});

test('only a data folder is emptied, and only one that nobody uses', async () => {
  const foreign = newFolder();
  writeFileSync(path.join(foreign, 'thesis.txt'), 'years of work');
  await expect(emptyDataDir(foreign)).rejects.toThrow('is not a data folder of the local cloud');
  expect(existsSync(path.join(foreign, 'thesis.txt'))).toBe(true);

  const used = newFolder();
  const data = await openDataDir(used);
  mkdirSync(path.join(used, 's3'));
  await expect(emptyDataDir(used)).rejects.toThrow('in use');
  data.release();
  await emptyDataDir(used);
  expect(readdirSync(used)).toEqual([]);
  await emptyDataDir(path.join(root, 'not-there-yet'));
});
