import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importChannel, logsChannel } from '../../contract/channel.ts';
import type { ImportMode } from '../../contract/import.ts';
import type { LogLine, Notification } from '../../contract/notification.ts';
import { startEndpoint } from '../../local-cloud/endpoint.ts';
import { openBuckets } from '../../local-cloud/s3/buckets.ts';
import { uploadsBucket } from '../../src/aws/uploads-bucket.ts';
import { eventCounter } from '../../src/events/counters/table.ts';
import { detailsOf, type EventRecord, newEventId } from '../../src/events/event.ts';
import { listEvents } from '../../src/events/list-events.ts';
import { eventListing } from '../../src/events/listing/table.ts';
import { holdsTable } from '../../src/imports/holds/table.ts';
import { fileKey, type ImportRecord, newImport } from '../../src/imports/import.ts';
import { runImport, type RunImportDeps } from '../../src/imports/run-import.ts';
import { type ChunkKind } from '../../src/imports/import.ts';
import { importsTable, type KeptRow } from '../../src/imports/table.ts';
import { newsTable } from '../../src/news/table.ts';
import { anS3Client } from './media-world.ts';
import { someTables } from './tables.ts';

export const OWNER = 'anonymous';
export const TIME_ZONE = 'America/Sao_Paulo';

/** Real tables, a real S3, and import workers with everything real but the queue. */
export async function anImportWorld() {
  const dir = await mkdtemp(join(tmpdir(), 'imports-'));
  const [tables, buckets] = await Promise.all([someTables(), openBuckets({ dir })]);
  const { db, names } = tables;
  await buckets.create('uploads');
  const endpoint = await startEndpoint({ port: 0, s3: buckets.service });
  const client = anS3Client(endpoint.url);
  const files = uploadsBucket(client, 'uploads');
  const imports = importsTable(db, names);
  const news = newsTable(db, names.news);
  const listing = eventListing(db, names.events);
  const now = () => new Date();

  async function get(id: string): Promise<ImportRecord> {
    const record = await imports.get(id);
    if (record === null) throw new Error(`no import ${id}`);
    return record;
  }

  const world = {
    tables,
    imports,
    files,
    get,
    /** What a process of its own needs to know to be a worker of this world (`import-worker-program.ts`). */
    places: { s3: endpoint.url, dynamodb: tables.endpoint, names },
    /** Asks for an import, and has its file arrive. */
    async upload(bytes: Buffer | string, options: { name?: string; mode?: ImportMode } = {}): Promise<string> {
      const { name = 'agenda', mode = 'import' } = options;
      const latest = await imports.latest(OWNER, name);
      const what = { owner: OWNER, uploadId: name, fileName: `${name}.csv`, mode };
      const created = newImport(what, latest, {
        timeZone: TIME_ZONE,
        fileDueAt: new Date(Date.now() + 60_000),
        now: now(),
      });
      const replaced = latest && { before: latest, patch: { superseded: true }, told: {} };
      const outcome = await imports.create(created, replaced, null, now());
      if (outcome.kind !== 'created') throw new Error(outcome.kind);
      await files.put(fileKey(created.id), Buffer.from(bytes));
      return created.id;
    },
    /** One delivery of its message, until its worker is done. */
    async run(id: string, changes: Partial<RunImportDeps> = {}, remaining = 900_000): Promise<ImportRecord> {
      const app: RunImportDeps = {
        holds: holdsTable(db, names),
        imports,
        files,
        queue: { send: () => Promise.resolve() },
        db,
        names,
        newId: newEventId,
        now,
        ...changes,
      };
      await runImport(app, { import_id: id, arrived: true }, { hide: () => Promise.resolve() }, () => remaining);
      return get(id);
    },
    async imported(bytes: Buffer | string, options: { name?: string; mode?: ImportMode } = {}): Promise<ImportRecord> {
      return world.run(await world.upload(bytes, options));
    },
    /** All that was told on the channel of its name, and in its log. */
    told: async (name: string): Promise<Notification[]> =>
      (await news.after(importChannel(name), 0)).map(({ notification }) => notification),
    logOf: async (id: string): Promise<LogLine[]> =>
      (await news.after(logsChannel(id), 0)).flatMap(({ notification }) =>
        notification.type === 'log' ? [notification] : [],
      ),
    async events(): Promise<EventRecord[]> {
      const events: EventRecord[] = [];
      let cursor: string | undefined;
      do {
        const page = await listEvents(listing, { owner: OWNER, limit: 100, cursor });
        events.push(...page.events);
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      return events;
    },
    details: async () => (await world.events()).map(detailsOf),
    count: eventCounter(db, names.events),
    async rows(record: ImportRecord, kind: ChunkKind): Promise<KeptRow[]> {
      const numbers = Array.from({ length: record.chunks[kind] }, (_, index) => index + 1);
      return (await Promise.all(numbers.map((number) => imports.chunk(record.id, kind, number)))).flat();
    },
    async stop(): Promise<void> {
      client.destroy();
      await Promise.all([endpoint.stop(), tables.stop()]);
      await buckets.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return world;
}
