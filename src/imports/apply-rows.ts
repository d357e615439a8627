import { randomUUID } from 'node:crypto';
import { rowErrorMessage } from '../../contract/row-error.ts';
import { transact, type Write } from '../aws/transact.ts';
import { eventWrites } from '../events/change-event.ts';
import { detailsOf, type EventDetails, type EventRecord, type RowEffect } from '../events/event.ts';
import { type ActDeps, type Group, nothing, type Outcome, plainRow, writeGroups } from './act.ts';
import { byEvent, type Folded, foldRows } from './fold-rows.ts';
import { HoldLost, type Hold } from './holds/table.ts';
import { knownEvents } from './known-events.ts';
import { type Plan, plansOf } from './plans.ts';
import type { Entry, EventEntry } from './read-entry.ts';
import { imageWrite } from './images.ts';
import type { ImportRecord } from './import.ts';
import type { KeptRow } from './table.ts';

/** Where a row's event has changed since the dry run, nothing is written. */
type Applied = Folded | 'changed since';

/** Writes the events that rows say; those of a commit only where they find what their dry run found. */
export async function applyRows(app: ActDeps, hold: Hold, entries: readonly Entry[]): Promise<Outcome> {
  const events = app.names.events;
  const groups = byEvent(entries.filter((entry) => entry.kind === 'event'));
  const keys = [...groups.keys()];
  const known = await knownEvents(app.db, events, keys);
  const plans = hold.record.phase === 'committing' ? await plansOf(app.db, events, hold.record.id, keys) : null;
  const applied = new Map<string, Applied>();
  const toWrite: Group[] = [];
  for (const [key, rows] of groups) {
    const plan = plans && (plans.get(key) ?? null);
    const first = applyTo(app, hold, known.get(key) ?? null, rows, plan);
    applied.set(key, first.applied);
    const alone = async () => void applied.set(key, await applyAlone(app, hold, key, rows, plan));
    if (first.writes.length > 0) toWrite.push({ writes: first.writes, alone });
  }
  await writeGroups(app.db, toWrite);
  return outcomeOf(entries, applied);
}

/** On what is there now, until nobody has changed it meanwhile. */
async function applyAlone(
  app: ActDeps,
  hold: Hold,
  key: string,
  rows: readonly EventEntry[],
  plan: Plan | null | undefined,
): Promise<Applied> {
  for (;;) {
    const known = await knownEvents(app.db, app.names.events, [key]);
    const { applied, writes } = applyTo(app, hold, known.get(key) ?? null, rows, plan ?? null);
    if (writes.length === 0 || (await transact(app.db, writes, randomUUID())).committed) return applied;
  }
}

function applyTo(
  app: ActDeps,
  { record, epoch }: Hold,
  known: EventRecord | null,
  rows: readonly EventEntry[],
  plan: Plan | null,
): { applied: Applied; writes: Write[] } {
  const mark = known?.imported?.id === record.id ? known.imported : null;
  if (mark !== null && mark.epoch > epoch) throw new HoldLost('a later worker has been at this event');
  const folded = foldRows(known && detailsOf(known), rows, mark?.effects);
  const isFirst = mark === null && known?.created_by_import !== record.id;
  if (record.phase === 'committing' && isFirst && !isAsPlanned(plan, known, folded))
    return { applied: 'changed since', writes: [] };
  if (folded.details === null) return { applied: folded, writes: [] };
  const after = eventAfter(app, record, known, folded.details);
  // Those before this batch are in the totals.
  const earlier = Object.entries(mark?.effects ?? {}).filter(([line]) => Number(line) >= record.place.line);
  const effects = Object.fromEntries([
    ...earlier,
    ...folded.steps.map(({ entry, effect }) => [entry.line, effect] as const),
  ]);
  const marked = { ...after, imported: { id: record.id, epoch, version: after.version, effects } };
  const change = known === null ? { before: null, after: marked } : { before: known, after: marked };
  const image = known !== null && isFirst ? [imageWrite(app.names.events, record, known)] : [];
  return { applied: folded, writes: [...eventWrites(app.names.events, change), ...image] };
}

/** What the dry run found is what there is: the same version, or none; and where it found nothing to do there is nothing to do. */
const isAsPlanned = (plan: Plan | null, known: EventRecord | null, { details }: Folded): boolean =>
  plan === null ? details === null : plan.base_version === (known?.version ?? null);

function eventAfter(app: ActDeps, record: ImportRecord, known: EventRecord | null, details: EventDetails): EventRecord {
  const updated_at = app.now().toISOString();
  if (known !== null) return { ...known, ...details, version: known.version + 1, updated_at };
  const made = { version: 1, created_at: updated_at, updated_at, created_by_import: record.id };
  return { id: app.newId(), owner: record.owner, ...details, ...made };
}

function outcomeOf(entries: readonly Entry[], applied: ReadonlyMap<string, Applied>): Outcome {
  const outcome = nothing();
  const effects = new Map<number, RowEffect>();
  for (const group of applied.values())
    if (group !== 'changed since') for (const { entry, effect } of group.steps) effects.set(entry.line, effect);
  for (const entry of entries) {
    const effect = effects.get(entry.line) ?? 'failed';
    outcome.rows[effect] += 1;
    if (effect === 'failed') outcome.kept.failed.push(failedRow(entry));
    if (effect === 'created' || effect === 'updated') outcome.changed[effect] += 1;
  }
  outcome.events = outcome.rows.created;
  return outcome;
}

export function failedRow(entry: Entry): KeptRow {
  const { line, from, to } = entry;
  if (entry.kind === 'failed') {
    return { ...plainRow, line, from, to, outcome: 'failed', title: entry.title, errors: entry.errors };
  }
  const { title } = entry.details;
  const code = 'changed_since_plan';
  const error = { line, column: null, code, message: rowErrorMessage(code, {}, 'pt'), value: title } as const;
  return { ...plainRow, line, from, to, outcome: 'failed', title, errors: [error] };
}
