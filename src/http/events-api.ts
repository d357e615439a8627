import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import * as routes from '../../contract/event-routes.ts';
import { createEvent, type CreateEventDeps } from '../events/create-event.ts';
import { deleteEvent, patchEvent, replaceEvent, type Edited, type EditEventDeps } from '../events/edit-event.ts';
import { eventView, type EventRecord } from '../events/event.ts';
import { readPeriod } from '../events/period.ts';
import { listEvents } from '../events/list-events.ts';
import type { EventListing } from '../events/listing/table.ts';
import type { EventsTable } from '../events/table.ts';
import { errorsOf, refusalErrors } from './field-errors.ts';
import { OWNER } from './owner.ts';
import { languageOf, Refused } from './problem.ts';

export type EventsApiDeps = CreateEventDeps & EditEventDeps & { events: EventsTable; eventListing: EventListing };

export function eventsApi(api: OpenAPIHono, app: EventsApiDeps): void {
  api.openapi(routes.listEvents, async (c) => {
    const { from, to, ...query } = c.req.valid('query');
    const period = readPeriod({ from, to }, app.timeZone);
    if (period.kind === 'refused') {
      throw new Refused('invalid_request', { errors: refusalErrors(period.refusals, languageIn(c)) });
    }
    const { events, cursor, examined } = await listEvents(app.eventListing, { owner: OWNER, ...query, ...period });
    return c.json({ events: events.map(eventView), next_cursor: cursor, examined }, 200);
  });

  api.openapi(routes.createEvent, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const outcome = await createEvent(app, c.req.valid('json'), { owner: OWNER, idempotencyKey });
    switch (outcome.kind) {
      case 'refused':
        throw new Refused('invalid_request', { errors: refusalErrors(outcome.refusals, languageIn(c)) });
      case 'exists':
        throw exists(outcome.eventId);
      case 'conflict':
        throw new Refused('idempotency_conflict');
      case 'created':
      case 'repeated':
        c.header('location', `/eventos/${outcome.event.id}`);
        c.header('etag', `"${outcome.event.version}"`);
        return c.json(outcome.event, 201);
    }
  });

  api.openapi(routes.getEvent, async (c) => {
    const event = await app.events.get(c.req.valid('param').id);
    if (event === null || event.owner !== OWNER) throw new Refused('event_not_found');
    return c.json(shown(c, event), 200);
  });

  api.openapi(routes.replaceEvent, async (c) => {
    const { version, ...request } = c.req.valid('json');
    const meant = meantBy(c.req.valid('param'), c.req.valid('header'), version);
    return c.json(shown(c, edited(c, await replaceEvent(app, meant, request))), 200);
  });

  api.openapi(routes.patchEvent, async (c) => {
    const patch = c.req.valid('json');
    const meant = meantBy(c.req.valid('param'), c.req.valid('header'), patch.version);
    return c.json(shown(c, edited(c, await patchEvent(app, meant, patch))), 200);
  });

  api.openapi(routes.deleteEvent, async (c) => {
    const outcome = await deleteEvent(app, meantBy(c.req.valid('param'), c.req.valid('header'), undefined));
    if (outcome.kind !== 'removed') edited(c, outcome);
    return c.body(null, 204);
  });

  api.openAPIRegistry.registerPath(routes.downloadEvents);
}

const languageIn = (c: Context) => languageOf(c.req.header('accept-language'));
const exists = (eventId: string) => new Refused('event_exists', { detail: `event_id: ${eventId}`, event_id: eventId });

function meantBy({ id }: { id: string }, headers: { 'if-match'?: string | undefined }, version: number | undefined) {
  const tag = /\d+/.exec(headers['if-match'] ?? '')?.[0];
  return { owner: OWNER, id, versions: [...(tag === undefined ? [] : [Number(tag)]), version ?? []].flat() };
}

function shown(c: Context, event: EventRecord) {
  c.header('etag', `"${event.version}"`);
  return eventView(event);
}

/** The event there is now; else throws why there is none. */
function edited(c: Context, outcome: Edited): EventRecord {
  switch (outcome.kind) {
    case 'changed':
    case 'unchanged':
      return outcome.event;
    case 'removed':
    case 'missing':
      throw new Refused('event_not_found');
    case 'exists':
      throw exists(outcome.eventId);
    case 'refused':
      throw whyNot(c, outcome.why);
  }
}

function whyNot(c: Context, why: Extract<Edited, { kind: 'refused' }>['why']): Refused {
  switch (why.kind) {
    case 'not_yours':
      return new Refused('event_not_found');
    case 'stale':
      return new Refused('version_conflict', { detail: `version: ${why.version}`, version: why.version });
    case 'refused':
      return new Refused('invalid_request', { errors: refusalErrors(why.refusals, languageIn(c)) });
    case 'malformed':
      return new Refused('invalid_request', { errors: errorsOf(why.issues, languageIn(c)) });
  }
}
