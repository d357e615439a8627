import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isDataDir } from '../stack/data-dir.ts';

/** Folders at the root that no template is made from. */
const NO_INPUT = new Set(['bench', 'cdk.out', 'coverage', 'dist', 'docs', 'local-cloud', 'test']);

/** Every file of a project that its template may be made from, relative and in order. */
export function inputFiles(root: string): string[] {
  const files: string[] = [];
  function walk(folder: string): void {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = path.join(folder, entry.name);
      if (entry.name.startsWith('.') || entry.name === 'node_modules' || NO_INPUT.has(name)) continue;
      if (entry.isDirectory() && !isDataDir(path.join(root, name))) walk(name);
      if (entry.isFile() && !/\.(md|log)$/.test(entry.name)) files.push(name);
    }
  }
  walk('');
  return files.sort();
}

/** A digest of all inputs and of `settings`: while it is the same, so is the template. */
export function hashInputs(root: string, settings: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const file of inputFiles(root)) {
    const content = readFileSync(path.join(root, file));
    hash.update(`\0${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

type InputTimes = ReadonlyMap<string, string>;

/** Calls back when files have been changed, added or removed since then, and then left alone for a moment. Returns what ends it. */
export function watchInputs(
  root: string,
  since: InputTimes,
  changed: (files: string[]) => Promise<void>,
  everyMs = 300,
): () => void {
  let settled = since;
  let previous = settled;
  let busy = false;
  // Looked at, not listened to: it sees what editors do by renaming, on every platform, and costs a few milliseconds.
  const timer = setInterval(() => {
    if (busy) return;
    const now = inputTimes(root);
    const quiet = differences(previous, now).length === 0;
    previous = now;
    const files = quiet ? differences(settled, now) : [];
    if (files.length === 0) return;
    settled = now;
    busy = true;
    void changed(files).finally(() => {
      busy = false;
    });
  }, everyMs);
  return () => clearInterval(timer);
}

/** The state of every input at this moment. */
export function inputTimes(root: string): InputTimes {
  return new Map(
    inputFiles(root).flatMap((file) => {
      const found = statSync(path.join(root, file), { throwIfNoEntry: false });
      return found === undefined ? [] : [[file, `${found.mtimeMs} ${found.size}`]];
    }),
  );
}

function differences(before: InputTimes, after: InputTimes): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));
}
