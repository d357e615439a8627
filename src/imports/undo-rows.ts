import * as z from 'zod';
import type { Write } from '../aws/transact.ts';
import { eventWrites } from '../events/change-event.ts';
import type { EventRecord } from '../events/event.ts';
import { type ActDeps, type Group, nothing, type Outcome, plainRow, writeGroups } from './act.ts';
import { byEvent } from './fold-rows.ts';
import { type Hold, HoldLost } from './holds/table.ts';
import { forgottenAt, imagesOf } from './images.ts';
import type { ImportRecord } from './import.ts';
import { getAll, knownEvents } from './known-events.ts';
import type { Entry, EventEntry } from './read-entry.ts';
import type { KeptRow } from './table.ts';

/** What was done about one event, and the line where the batch began that did it: that batch may come again. */
const undone = z.object({
  key: z.string(),
  outcome: z.enum(['removed', 'restored', 'edited', 'gone']),
  event_id: z.string().nullable(),
  batch: z.int(),
});
type Undone = z.infer<typeof undone>;

const undoneKey = (importId: string, key: string) => ({ pk: `undone#${importId}#${key}` });

/** Removes the events that rows created, restores those that they changed, and spares what somebody changed since. */
export async function undoRows(app: ActDeps, hold: Hold, entries: readonly Entry[]): Promise<Outcome> {
  const { record } = hold;
  const groups = byEvent(entries.filter((entry) => entry.kind === 'event'));
  const results = new Map<string, Undone>();
  const earlier = await earlierOf(app, record, [...groups.keys()]);
  const rest = [...groups.keys()].filter((key) => !earlier.has(key));
  for (const [key, was] of earlier) if (was.batch === record.place.line) results.set(key, was);
  const found = await lookUp(app, record, rest);
  const toWrite: Group[] = [];
  for (const key of rest) {
    const first = undoOne(app, record, key, found(key));
    if (first === null) continue;
    results.set(key, first.result);
    const alone = () => undoAlone(app, record, key, results);
    toWrite.push({ writes: first.writes, alone });
  }
  await writeGroups(app.db, toWrite);
  return outcomeOf(groups, results);
}

async function undoAlone(app: ActDeps, record: ImportRecord, key: string, results: Map<string, Undone>): Promise<void> {
  const again = await earlierOf(app, record, [key]);
  if (again.size > 0) throw new HoldLost('a later worker has been at this event');
  const found = await lookUp(app, record, [key]);
  const next = undoOne(app, record, key, found(key));
  results.delete(key);
  if (next === null) return;
  results.set(key, next.result);
  await writeGroups(app.db, [{ writes: next.writes, alone: () => undoAlone(app, record, key, results) }]);
}

type Found = { event: EventRecord | null; image: EventRecord | null };

/** What there is of each, and what it was before the import changed it. */
async function lookUp(app: ActDeps, record: ImportRecord, keys: readonly string[]): Promise<(key: string) => Found> {
  const known = await knownEvents(app.db, app.names.events, keys);
  const others = [...known.values()].filter((event) => event.created_by_import !== record.id);
  const images = await imagesOf(
    app.db,
    app.names.events,
    record.id,
    others.map(({ id }) => id),
  );
  return (key) => {
    const event = known.get(key) ?? null;
    return { event, image: (event && images.get(event.id)) ?? null };
  };
}

async function earlierOf(app: ActDeps, record: ImportRecord, keys: readonly string[]): Promise<Map<string, Undone>> {
  const items = await getAll(
    app.db,
    app.names.events,
    keys.map((key) => undoneKey(record.id, key).pk),
  );
  return new Map(items.map((item) => undone.parse(item)).map((was) => [was.key, was]));
}

/** Null: the import found it as it is, there is nothing to undo. */
function undoOne(
  app: ActDeps,
  record: ImportRecord,
  key: string,
  { event, image }: Found,
): { result: Undone; writes: Write[] } | null {
  const events = app.names.events;
  const done = (outcome: Undone['outcome'], writes: Write[]) => {
    const result: Undone = { key, outcome, event_id: event?.id ?? null, batch: record.place.line };
    const marker: Write = {
      Put: {
        TableName: events,
        Item: { ...undoneKey(record.id, key), ...result, ttl: forgottenAt(record) },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
    return { result, writes: [...writes, marker] };
  };
  if (event === null) return done('gone', []);
  const isCreated = event.created_by_import === record.id;
  if (!isCreated && image === null) return null;
  const isUntouched = event.imported?.id === record.id && event.imported.version === event.version;
  if (!isUntouched) return done('edited', []);
  if (isCreated || image === null) return done('removed', eventWrites(events, { before: event, after: null }));
  return done('restored', eventWrites(events, { before: event, after: restored(event, image, app.now()) }));
}

/** As it was; an import before this one can still be undone, when it was the last to touch it. */
function restored(event: EventRecord, image: EventRecord, now: Date): EventRecord {
  const version = event.version + 1;
  const wasUntouched = image.imported?.version === image.version;
  const imported = wasUntouched && image.imported ? { imported: { ...image.imported, version } } : {};
  return { ...image, ...imported, version, updated_at: now.toISOString() };
}

function outcomeOf(groups: ReadonlyMap<string, EventEntry[]>, results: ReadonlyMap<string, Undone>): Outcome {
  const outcome = nothing();
  for (const [key, { outcome: was, event_id }] of results) {
    const entry = groups.get(key)?.[0];
    if (entry === undefined) continue;
    if (was === 'removed' || was === 'restored') outcome.undo[was] += 1;
    else outcome.undo.spared += 1;
    if (was === 'edited' || was === 'gone') outcome.kept.spared.push(sparedRow(entry, event_id, was));
  }
  outcome.events = -outcome.undo.removed;
  outcome.changed = { created: 0, updated: outcome.undo.restored, deleted: outcome.undo.removed };
  return outcome;
}

function sparedRow(
  { line, from, to, details }: EventEntry,
  event_id: string | null,
  reason: 'edited' | 'gone',
): KeptRow {
  return { ...plainRow, line, from, to, outcome: 'spared', title: details.title, event_id, reason };
}
