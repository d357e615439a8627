import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createWebSocketApi } from '../../local-cloud/gateway/websocket-api.ts';
import { sockets } from '../../src/aws/sockets.ts';
import { postToConnection, type PostToConnectionDeps } from '../../src/channels/post-to-connection.ts';
import type { Credentials } from '../../src/channels/sign-post.ts';

const KEY: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const end of ends.splice(0).toReversed()) await end();
});

async function listening(answer: RequestListener) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const poster = (callbackUrl: string, deps: Partial<PostToConnectionDeps> = {}) =>
  postToConnection({
    callbackUrl,
    region: async () => 'us-east-1',
    credentials: async () => KEY,
    now: () => new Date(),
    ...deps,
  });

/** The local cloud's gateway, which checks signatures, with a way to open connections to it. */
async function aGateway(now = () => new Date()) {
  const ids: string[] = [];
  const invoke = async (_name: string, payload: string) => {
    ids.push(JSON.parse(payload).requestContext.connectionId);
    return { payload: '{"statusCode":200}', requestId: 'r' };
  };
  const api = createWebSocketApi({
    apiId: 'ws1',
    stage: 'prod',
    routeSelectionExpression: '$request.body.type',
    routes: [{ routeKey: '$connect', functionName: 'connect', timeoutMs: 1000 }],
    now,
    invoker: {
      invoke,
      invokeAsync: () => expect.unreachable(),
      invokeStreaming: () => expect.unreachable(),
    },
  });
  const { server, origin } = await listening((request, response) => void api.request(request, response));
  server.on('upgrade', (request, socket, head) => void api.upgrade(request, socket, head, '/'));
  ends.push(() => api.stop());
  const open = async () => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/prod`);
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(data.toString()));
    await once(socket, 'open');
    return { socket, id: ids.at(-1)!, heard };
  };
  return { callbackUrl: `${origin}/prod`, open };
}

/** A gateway that answers each request with the next of these, the last for ever. */
async function aFaultyGateway(...answers: (number | 'hang up' | 'silence')[]) {
  const bodies: string[] = [];
  const answerOne = async (request: IncomingMessage, response: ServerResponse) => {
    bodies.push(String(await buffer(request)));
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === 'hang up') request.socket.destroy();
    if (typeof answer === 'number') response.writeHead(answer).end('{"message":"because"}');
  };
  const { origin } = await listening((request, response) => void answerOne(request, response));
  return { post: poster(`${origin}/prod`), bodies };
}

test('a text arrives as it was, on each of many connections', async () => {
  const { callbackUrl, open } = await aGateway();
  const connections = await Promise.all(Array.from({ length: 20 }, open));
  const post = poster(callbackUrl);
  const texts = ['{"title":"Canção ✓"}', 'x'.repeat(100_000), '{"title":"Canção ✓"}'];
  for (const text of texts) {
    const posted = await Promise.all(connections.map(({ id }) => post(id, text)));
    expect(new Set(posted)).toEqual(new Set(['sent']));
  }
  for (const { heard } of connections) await expect.poll(() => heard).toEqual(texts);
});

test('a connection that has gone is an answer', async () => {
  const { callbackUrl, open } = await aGateway();
  const { socket, id } = await open();
  socket.close();
  await once(socket, 'close');
  const post = poster(callbackUrl);
  await expect.poll(() => post(id, 'x')).toBe('gone');
  expect(await post('AAAAAAAAAAAAAAA=', 'x')).toBe('gone');
});

test('what is not allowed is an error at once, and credentials that change are used from then on', async () => {
  const { callbackUrl, open } = await aGateway();
  const { id, heard } = await open();
  let current: Credentials = { ...KEY, secretAccessKey: 'wrong' };
  const post = poster(callbackUrl, { credentials: async () => current });
  await expect(post(id, 'a')).rejects.toMatchObject({ name: 'PostRefused', status: 403 });
  current = { ...KEY, sessionToken: "a role's token/+=" };
  expect(await post(id, 'b')).toBe('sent');
  current = KEY;
  expect(await post(id, 'c')).toBe('sent');
  await expect.poll(() => heard).toEqual(['b', 'c']);
  await expect(post(id, 'x'.repeat(128 * 1024 + 1))).rejects.toMatchObject({ name: 'PostRefused', status: 413 });
});

test('a signature is as young as its post, also past midnight', async () => {
  let now = new Date('2026-11-23T23:59:59.900Z');
  const { callbackUrl, open } = await aGateway(() => now);
  const { id } = await open();
  const post = poster(callbackUrl, { now: () => now });
  expect(await post(id, 'x')).toBe('sent');
  now = new Date('2026-11-24T00:00:00.100Z');
  expect(await post(id, 'x')).toBe('sent');
  now = new Date('2026-11-24T09:00:00.000Z');
  expect(await post(id, 'x')).toBe('sent');
});

test('a failure is tried once more', async () => {
  for (const failure of [500, 'hang up'] as const) {
    const { post, bodies } = await aFaultyGateway(200, failure, 200);
    expect(await post('a', 'first')).toBe('sent');
    expect(await post('a', 'second')).toBe('sent');
    expect(bodies).toEqual(['first', 'second', 'second']);
  }
});

test('what fails twice is an error that says why', async () => {
  const failing = await aFaultyGateway(503);
  await expect(failing.post('a', 'x')).rejects.toThrow('503: {"message":"because"}');
  expect(failing.bodies).toHaveLength(2);
  const { post, bodies } = await aFaultyGateway('hang up');
  await expect(post('a', 'x')).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  expect(bodies).toHaveLength(2);
});

test('connections that were closed while nobody looked cost nothing but a new one', async () => {
  const { server, origin } = await listening((_request, response) => void response.end());
  const post = poster(origin);
  const postMany = () => Promise.all(Array.from({ length: 50 }, (_, at) => post(`c${at}`, 'x')));
  expect(new Set(await postMany())).toEqual(new Set(['sent']));
  server.closeAllConnections();
  expect(new Set(await postMany())).toEqual(new Set(['sent']));
});

test('a throttled post waits and is tried again, and after three times says so', async () => {
  const passing = await aFaultyGateway(429, 429, 200);
  expect(await passing.post('a', 'x')).toBe('sent');
  expect(passing.bodies).toHaveLength(3);
  const lasting = await aFaultyGateway(429);
  expect(await lasting.post('a', 'x')).toBe('throttled');
  expect(lasting.bodies).toHaveLength(3);
});

test('a gateway that does not answer is given up on, and the text not posted again', async () => {
  const { post, bodies } = await aFaultyGateway('silence');
  await expect(post('a', 'x')).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
  expect(bodies).toEqual(['x']);
});

test('at most 200 posts are under way, and the others get their turn', async () => {
  let underWay = 0;
  let most = 0;
  const holdBack = async (response: ServerResponse) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await sleep(50);
    underWay -= 1;
    response.end();
  };
  const { origin } = await listening((_request, response) => void holdBack(response));
  const post = poster(origin);
  const posted = await Promise.all(Array.from({ length: 700 }, (_, at) => post(`c${at}`, 'x')));
  expect(posted.filter((answer) => answer === 'sent')).toHaveLength(700);
  expect(most).toBeLessThanOrEqual(200);
  expect(most).toBeGreaterThan(50);
});

test("with the SDK's credentials: alive until it is disconnected, and disconnecting twice is fine", async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const { callbackUrl, open } = await aGateway();
  const { socket, id, heard } = await open();
  const world = sockets(callbackUrl);
  expect(await world.post(id, 'hello')).toBe('sent');
  await expect.poll(() => heard).toEqual(['hello']);
  expect(await world.alive(id)).toBe(true);
  const closed = once(socket, 'close');
  await world.disconnect(id);
  await closed;
  await world.disconnect(id);
  expect(await world.alive(id)).toBe(false);
  expect(await world.post(id, 'hello')).toBe('gone');
});
