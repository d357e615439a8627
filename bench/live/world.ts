import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadChannel } from '../../contract/channel.ts';
import type { Db } from '../../src/aws/dynamodb.ts';
import { newsTable } from '../../src/news/table.ts';
import { client } from '../../test/support/client.ts';
import { startMediaOrigin, type MediaOrigin } from '../../test/support/origins/media-origin.ts';
import { startCommand, type StackProcess } from '../../test/support/stack.ts';
import { documentClient } from '../../test/support/tables.ts';

export type LiveWorld = {
  stack: StackProcess;
  origin: MediaOrigin;
  db: Db;
  app: ReturnType<typeof client>;
  /** `POST`s; the answer must be a good one. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<unknown>;
  get(path: string): Promise<unknown>;
  /** The statuses these downloads ended with; asked for so seldom that it disturbs nothing. */
  ended(ids: string[], withinMs: number): Promise<string[]>;
  /** What everybody who listens to these downloads must have been told since then: each change and each ending. */
  changes(ids: string[], since: number): Promise<string[]>;
};

/** The real command, on empty data, and a media origin; both end with `act`. */
export async function withLiveWorld(
  act: (world: LiveWorld) => Promise<void>,
  hear?: (line: string) => void,
): Promise<void> {
  // All listeners come from a few addresses.
  process.env['MAX_CONNECTIONS_PER_IP'] ??= '1000000';
  const dataDir = await mkdtemp(path.join(tmpdir(), 'bench-live-'));
  const origin = await startMediaOrigin();
  const stack = await startCommand(dataDir, (line) => {
    hear?.(line);
    if (process.env['VERBOSE'] !== undefined) console.error(line);
  });
  const db = documentClient(stack.awsUrl);
  try {
    const { TableNames = [] } = await db.send(new ListTablesCommand({}));
    const news = newsTable(db, TableNames.find((name) => /News/.test(name)) ?? '');
    const app = client(stack.appUrl);
    await act({
      stack,
      origin,
      db,
      app,
      async post(path, body, headers = {}) {
        const init = body === undefined ? {} : { body: JSON.stringify(body) };
        const type = body === undefined ? {} : { 'content-type': 'application/json' };
        return answered(
          await fetch(stack.appUrl + path, { method: 'POST', headers: { ...type, ...headers }, ...init }),
        );
      },
      get: async (path) => answered(await fetch(stack.appUrl + path)),
      async ended(ids, withinMs) {
        const end = Date.now() + withinMs;
        const statuses: string[] = [];
        for (const id of ids) statuses.push(await untilOver(app, id, end));
        return statuses;
      },
      async changes(ids, since) {
        const told = await Promise.all(ids.map((id) => news.after(downloadChannel(id), 0)));
        return told.flat().flatMap(({ kind, seq, notification }) => {
          if (kind === 'progress' || notification.type !== 'download_update') return [];
          return Date.parse(notification.timestamp) > since ? [`${notification.download_id}#${seq}`] : [];
        });
      },
    });
  } finally {
    db.destroy();
    await stack.kill();
    await origin.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function untilOver(app: LiveWorld['app'], id: string, end: number): Promise<string> {
  for (;;) {
    const { status } = await app.get(id);
    if (['completed', 'failed', 'cancelled'].includes(status)) return status;
    if (Date.now() > end) throw new Error(`${id} is still ${status}`);
    await sleep(1000);
  }
}

async function answered(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response.json();
}
