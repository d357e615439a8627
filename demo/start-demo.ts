import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { acceptedDownload } from '../contract/download.ts';
import { importView } from '../contract/import.ts';
import { problem } from '../contract/problem.ts';
import { CLIPS, clipsServer } from './clips-server.ts';

const ROUNDS = 10;
const EACH_MS = 45_000;

const { APP_URL } = z.object({ APP_URL: z.url().default('http://localhost:8000') }).parse(process.env);

/** Asks FastTrack for every clip as anybody would, and says what became of each request. */
async function playRound(clipsUrl: string, round: number): Promise<void> {
  for (const { name } of CLIPS) {
    const response = await fetch(new URL('/downloads', APP_URL), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Another address in each round, or a later one would rightly find the bytes already there.
      body: JSON.stringify({ url: `${clipsUrl}/${name}?round=${round}` }),
      signal: AbortSignal.timeout(10_000),
    });
    const answer: unknown = await response.json();
    const outcome = response.ok
      ? new URL(`/downloads/${acceptedDownload.parse(answer).id}`, APP_URL).href
      : `refused: ${problem.parse(answer).title}`;
    console.log(`demo: ${name} → ${outcome}`);
  }
}

function sayUnanswered(error: unknown): void {
  console.log(`demo: ${APP_URL} does not answer (${error instanceof Error ? error.message : String(error)})`);
}

/** Imports a calendar as people keep them: from Excel in Portuguese, with a few mistakes in it. */
async function importCalendar(): Promise<void> {
  const name = 'agenda-de-festas.csv';
  const form = new FormData();
  form.append('file', new Blob([await readFile(new URL(name, import.meta.url))], { type: 'text/csv' }), name);
  const response = await fetch(new URL('/eventos/upload', APP_URL), {
    method: 'POST',
    body: form,
    signal: AbortSignal.timeout(10_000),
  });
  const answer: unknown = await response.json();
  const outcome = response.ok
    ? new URL(`/#/imports/${importView.parse(answer).import_id}`, APP_URL).href
    : `refused: ${problem.parse(answer).title}`;
  console.log(`demo: ${name} → ${outcome}`);
}

const server = clipsServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = z.object({ port: z.int() }).parse(server.address());

try {
  await importCalendar();
} catch (error) {
  sayUnanswered(error);
}
for (let round = 1; round <= ROUNDS; round += 1) {
  try {
    await playRound(`http://127.0.0.1:${address.port}`, round);
  } catch (error) {
    sayUnanswered(error);
  }
  await sleep(EACH_MS);
}
console.log('demo: that was the last round; what is still running goes on.');
