import { detailsOf, type EventDetails, type EventRecord } from '../events/event.ts';
import { type ActDeps, type Group, nothing, type Outcome, plainRow, writeGroups } from './act.ts';
import { failedRow } from './apply-rows.ts';
import { byEvent, foldRows, type Step } from './fold-rows.ts';
import { HoldLost, type Hold } from './holds/table.ts';
import { knownEvents } from './known-events.ts';
import { type Plan, plansOf, planWrite } from './plans.ts';
import type { Entry } from './read-entry.ts';
import type { KeptRow } from './table.ts';

/** Finds out what rows would do, and remembers it: nothing of the calendar is changed. */
export async function planRows(app: ActDeps, hold: Hold, entries: readonly Entry[]): Promise<Outcome> {
  const events = app.names.events;
  const { record, epoch } = hold;
  const groups = byEvent(entries.filter((entry) => entry.kind === 'event'));
  const keys = [...groups.keys()];
  const [known, plans] = await Promise.all([
    knownEvents(app.db, events, keys),
    plansOf(app.db, events, record.id, keys),
  ]);
  const steps = new Map<number, Step & { eventId: string | null }>();
  const toWrite: Group[] = [];
  for (const [key, rows] of groups) {
    const base = baseOf(record.place.line, plans.get(key) ?? null, known.get(key) ?? null);
    const folded = foldRows(base.details, rows);
    for (const step of folded.steps) steps.set(step.entry.line, { ...step, eventId: base.event_id });
    if (folded.details === null) continue;
    const { base_version, event_id } = base;
    const planned = {
      key,
      base_version,
      event_id,
      batch: record.place.line,
      earlier: base.planned,
      details: folded.details,
      epoch,
    };
    const alone = () => Promise.reject(new HoldLost('a later worker has been here'));
    toWrite.push({ writes: [planWrite(events, record, planned)], alone });
  }
  await writeGroups(app.db, toWrite);
  return outcomeOf(entries, steps);
}

type Base = Pick<Plan, 'base_version' | 'event_id'> & {
  details: EventDetails | null;
  /** Of it, what earlier batches planned. */
  planned: EventDetails | null;
};

/** What an event would say before this batch: as it is planned, less what this same batch planned before a crash; else as it is. */
function baseOf(batch: number, plan: Plan | null, known: EventRecord | null): Base {
  const [base_version, event_id] =
    plan === null ? [known?.version ?? null, known?.id ?? null] : [plan.base_version, plan.event_id];
  const planned = plan === null ? null : plan.batch === batch ? plan.earlier : plan.details;
  return { base_version, event_id, planned, details: planned ?? (known && detailsOf(known)) };
}

function outcomeOf(entries: readonly Entry[], steps: ReadonlyMap<number, Step & { eventId: string | null }>): Outcome {
  const outcome = nothing();
  for (const entry of entries) {
    const step = steps.get(entry.line);
    const effect = step?.effect ?? 'failed';
    outcome.rows[effect] += 1;
    if (step === undefined) outcome.kept.failed.push(failedRow(entry));
    else if (effect === 'created' || effect === 'updated') outcome.kept.planned.push(plannedRow(step, effect));
  }
  return outcome;
}

function plannedRow(
  { entry, before, eventId }: Step & { eventId: string | null },
  outcome: 'created' | 'updated',
): KeptRow {
  const { line, from, to, details } = entry;
  const changes = before === null ? [] : changesBetween(before, details);
  return { ...plainRow, line, from, to, outcome, title: details.title, event_id: eventId, changes };
}

const SHOWN = 200;
const FIELDS = ['title', 'description', 'event_date', 'city', 'participants', 'local_info'] as const;

function changesBetween(before: EventDetails, after: EventDetails): KeptRow['changes'] {
  return FIELDS.map((field) => ({ field, before: shown(before[field]), after: shown(after[field]) })).filter(
    (_change, index) =>
      JSON.stringify(before[FIELDS[index] ?? 'title']) !== JSON.stringify(after[FIELDS[index] ?? 'title']),
  );
}

function shown(value: unknown): string | null {
  if (value === null) return null;
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, SHOWN);
}
