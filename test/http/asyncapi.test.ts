import asyncApiSchema from '@asyncapi/specs/schemas/3.0.0.json' with { type: 'json' };
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { CHANNEL_PATHS } from '../../contract/channel.ts';
import { asyncApi } from '../../src/http/asyncapi/document.ts';
import { MESSAGES, NOTIFICATIONS } from '../../src/http/asyncapi/messages.ts';
import { describedMessages, schemasOf } from '../support/described-messages.ts';
import { listen, readStream } from '../support/listeners.ts';

// As a client reads it: what JSON leaves out is not there.
const document = JSON.parse(
  JSON.stringify(asyncApi({ version: '1.2.3', host: 'localhost:8000', secure: false })),
) as ReturnType<typeof asyncApi>;
const described = describedMessages(document);

test('the document is AsyncAPI 3.0 by its official schema', () => {
  // It brings draft 7 along, so that Ajv's own would be a second one.
  const ajv = new Ajv({ strict: false, meta: false, validateSchema: false });
  addFormats.default(ajv);
  const valid = ajv.validate(asyncApiSchema, document);
  expect(valid, ajv.errorsText()).toBe(true);
  expect(ajv.validate(asyncApiSchema, { ...document, channels: { queue: { adress: '/ws/queue' } } })).toBe(false);
});

test('each WebSocket of the contract and each stream has its address', () => {
  const addresses = Object.values(document.channels).map(({ address }) => address);
  for (const { path } of CHANNEL_PATHS) {
    expect(addresses.filter((address) => address.replace('/{id}', '') === `/ws/${path}`)).toHaveLength(1);
  }
  expect(addresses).toEqual(
    expect.arrayContaining([
      '/ws/downloads/{id}',
      '/ws/upload/{id}',
      '/downloads/{id}/stream',
      '/downloads/queue/stream',
      '/downloads/stats/stream',
      '/downloads/dashboard/stream',
    ]),
  );
});

test('each reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  expect(references.length).toBeGreaterThan(100);
  for (const reference of new Set(references)) {
    const step = (value: unknown, key: string) => (value as Record<string, unknown> | undefined)?.[key];
    const found = reference.split('/').reduce<unknown>(step, document);
    expect(found, reference).toBeDefined();
  }
});

const schemas = schemasOf(document);
test.each(MESSAGES)('the example of $key is one, by the contract and by its own schema', ({ key, schema, example }) => {
  expect(schema.safeParse(example).error).toBeUndefined();
  const valid = schemas.validate({ $ref: `asyncapi#/components/schemas/${key}` }, example);
  expect(valid, schemas.errorsText()).toBe(true);
});

const exampleOf = (type: string) => {
  const example = NOTIFICATIONS.find((message) => message.type === type)?.example;
  return structuredClone(example) as { type: string; data: Record<string, unknown> };
};

test('a message may be heard where the contract says, and where its listener has subscribed', () => {
  const update = exampleOf('queue_update');
  const subscribe = JSON.stringify({ type: 'subscribe', channel: 'queue' });
  expect(described.objection('/ws/queue?download_id=uuid-123', [], update)).toBeNull();
  expect(described.objection('/ws/stats', [], update)).toContain('no message of stats is called queue_update');
  expect(described.objection('/ws/stats', ['not json', subscribe], update)).toBeNull();
  expect(described.objection('/ws/dashboard?deltas=1', [], exampleOf('download_update'))).toBeNull();
  expect(described.objection('/ws/logs/d1', [], exampleOf('pong'))).toBeNull();
  expect(described.objection('/ws/queue', [], { type: 'ping' })).toContain('no message');
  const flat = { type: 'queue_update', ...update.data };
  expect(described.objection('/downloads/queue/stream', [], flat)).toBeNull();
  expect(described.objection('/api/v1/downloads/queue/stream', [], update)).toContain('queue_update must have');
});

test.each([
  ['a field nobody knows', { invented: 1 }, 'must NOT have additional properties'],
  ['a number that is a text', { progress: '75' }, '/data/progress must be number'],
  ['a status of another world', { status: 'queued' }, '/data/status must be equal to one of the allowed values'],
])('%s is objected to', (_name, change, objection) => {
  const update = exampleOf('download_update');
  const changed = { ...update, data: { ...update.data, ...change } };
  expect(described.objection('/ws/downloads/d1', [], changed)).toContain(objection);
});

/** An application that serves the document, and says the same on every WebSocket and in every stream. */
async function anApplicationThatSays(message: object) {
  const server = createServer((request, response) => {
    const described = request.url === '/asyncapi.json';
    response.end(described ? JSON.stringify(document) : `id: 1\ndata: ${JSON.stringify(message)}\n\n`);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.send(JSON.stringify(message)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    appUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      sockets.close();
      server.close();
    },
  };
}

test('a journey that hears what is not described fails with the message and the reason', async () => {
  const app = await anApplicationThatSays({ ...exampleOf('queue_update'), invented: 1 });
  const socket = await listen(app.appUrl, '/ws/queue');
  await expect(socket.until(({ type }) => type === 'queue_update')).rejects.toThrow(
    /not as AsyncAPI describes it: queue_update must NOT have additional properties\n\{.*"invented":1/,
  );
  expect(() => socket.close()).toThrow('additional properties');
  await expect(readStream(`${app.appUrl}/downloads/queue/stream`)).rejects.toThrow('not as AsyncAPI describes it');
  app.stop();
});
