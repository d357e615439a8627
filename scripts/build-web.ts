import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { webSettings } from './web-settings.ts';

const OUT = 'dist/web';
/** Beside what was built, not in it: it is not published. */
const STAMP = 'dist/web.sha256';
const MADE_FROM = ['web', 'client', 'contract', 'scripts', 'package-lock.json'];
/** Compressed JavaScript that must have come before anything is seen. */
const FIRST_LOAD_MAX_BYTES = 250_000;

/** Builds the dashboard into `dist/web`; false when what is there was made from the same files. */
export async function buildWeb(): Promise<boolean> {
  const digest = await digestOf(MADE_FROM);
  if (existsSync(STAMP) && existsSync(OUT) && (await readFile(STAMP, 'utf8')) === digest) return false;
  await rm(STAMP, { force: true });
  await rm(OUT, { recursive: true, force: true });
  // Tests and others set it to something else, and React comes in the edition it names.
  process.env['NODE_ENV'] = 'production';
  const built = await build({ ...webSettings, logLevel: 'warn' });
  const chunks = [built].flat().flatMap((output) => ('output' in output ? output.output : []));
  const bytes = firstLoadOf(chunks.filter((chunk) => chunk.type === 'chunk'));
  if (bytes > FIRST_LOAD_MAX_BYTES) throw new Error(`The dashboard's first load has ${bytes} bytes compressed.`);
  console.log(`${OUT}: ${bytes} bytes of compressed JavaScript before anything is seen`);
  await writeFile(STAMP, digest);
  return true;
}

/** What the page that opens first brings by itself: its view, and the language most of its readers have. */
const SEEN_FIRST = /\/(downloads-view\.tsx|pt-BR\.json)$/;

/** The entry, what is seen first, and all that these import without waiting. */
function firstLoadOf(chunks: Rollup.OutputChunk[]): number {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const needed = new Set(chunks.filter(isNeeded).map(({ fileName }) => fileName));
  // A set hears of what is added to it while it is gone through.
  for (const name of needed) for (const imported of byName.get(name)?.imports ?? []) needed.add(imported);
  return [...needed].reduce((sum, name) => sum + gzipSync(byName.get(name)?.code ?? '', { level: 9 }).length, 0);
}

const isNeeded = ({ isEntry, facadeModuleId }: Rollup.OutputChunk): boolean =>
  isEntry || SEEN_FIRST.test(facadeModuleId ?? '');

async function digestOf(places: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const place of places) {
    for (const file of await filesIn(place)) hash.update(`\0${file}\0`).update(await readFile(file));
  }
  return hash.digest('hex');
}

async function filesIn(place: string): Promise<string[]> {
  if (path.extname(place) !== '') return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
