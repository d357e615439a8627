import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { eventRequest, type EventRequest } from '../../contract/event.ts';
import type { EventPatch } from '../../contract/event-routes.ts';
import { checkEvent, type CheckedEvent, type EventRefusal } from './check-event.ts';
import { detailsOf, type EventRecord } from './event.ts';
import type { ChangeOutcome, Decision, EventsTable } from './table.ts';

export type EditEventDeps = {
  events: Pick<EventsTable, 'change'>;
  /** The zone of dates that name none. */
  timeZone: string;
  now: () => Date;
};

/** Whose event, which, and every version that was said to be meant; none: whichever there is. */
export type Meant = { owner: string; id: string; versions: number[] };

export type WhyNot =
  | { kind: 'not_yours' }
  | { kind: 'stale'; version: number }
  | { kind: 'refused'; refusals: EventRefusal[] }
  /** What a patch would make of it has not the shape of an event. */
  | { kind: 'malformed'; issues: z.core.$ZodIssue[] };
export type Edited = ChangeOutcome<WhyNot>;

/** Replaces an event whole. */
export async function replaceEvent(app: EditEventDeps, meant: Meant, request: EventRequest): Promise<Edited> {
  return edit(app, meant, () => checkEvent(request, app.timeZone));
}

/** Changes the fields that are said, also within `local_info`; whoever changes others at the same time loses nothing. */
export async function patchEvent(app: EditEventDeps, meant: Meant, patch: EventPatch): Promise<Edited> {
  return edit(app, meant, (event) => {
    const merged = eventRequest.safeParse(mergedWith(event, patch));
    if (!merged.success) return { kind: 'malformed', issues: merged.error.issues };
    return checkEvent(merged.data, app.timeZone);
  });
}

export async function deleteEvent(app: EditEventDeps, meant: Meant): Promise<Edited> {
  return app.events.change(meant.id, (event) => refusalOf(event, meant) ?? { kind: 'changed', event: null }, app.now());
}

async function edit(
  app: EditEventDeps,
  meant: Meant,
  make: (event: EventRecord) => CheckedEvent | (WhyNot & { kind: 'malformed' }),
): Promise<Edited> {
  const now = app.now();
  return app.events.change(
    meant.id,
    (event) => {
      const refusal = refusalOf(event, meant);
      if (refusal !== null) return refusal;
      const made = make(event);
      if (made.kind !== 'fine') return { kind: 'refused', why: made };
      if (isDeepStrictEqual(made.details, detailsOf(event))) return { kind: 'unchanged' };
      const updated_at = now.toISOString();
      return { kind: 'changed', event: { ...event, ...made.details, version: event.version + 1, updated_at } };
    },
    now,
  );
}

function refusalOf(event: EventRecord, { owner, versions }: Meant): Decision<WhyNot> | null {
  if (event.owner !== owner) return { kind: 'refused', why: { kind: 'not_yours' } };
  const isStale = versions.some((version) => version !== event.version);
  return isStale ? { kind: 'refused', why: { kind: 'stale', version: event.version } } : null;
}

function mergedWith(event: EventRecord, { version: _version, local_info, ...patch }: EventPatch): unknown {
  const before = detailsOf(event);
  const place = local_info && { ...before.local_info, ...local_info };
  return { ...before, ...patch, ...(place !== undefined && { local_info: place }) };
}
