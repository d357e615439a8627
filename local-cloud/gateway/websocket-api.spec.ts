import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect as netConnect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createWebSocketApi, type WebSocketRoute } from './websocket-api.ts';
import { AWS_LIMITS, type WebSocketLimits } from './websocket-connection.ts';

type Context = { eventType: string; connectionId: string; routeKey: string; messageId?: string };
type Ending = { disconnectStatusCode?: number; disconnectReason?: string };
type Input = {
  requestContext: Context & Ending;
  queryStringParameters?: Record<string, string>;
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
  body?: string;
};
type Handler = (event: Input, functionName: string) => unknown;

const worlds: { end(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.end()));
});

const ALL = ['$connect', '$disconnect', '$default', 'ping'];

async function aWorld(handler: Handler = () => undefined, routeKeys = ALL, limits: Partial<WebSocketLimits> = {}) {
  const events: Input[] = [];
  const failed = { payload: '{}', functionError: 'Unhandled' as const, requestId: 'r' };
  const routes: WebSocketRoute[] = routeKeys.map((routeKey) => ({
    routeKey,
    functionName: routeKey,
    timeoutMs: 2_000,
  }));
  const api = createWebSocketApi({
    apiId: 'ws1',
    stage: 'prod',
    routeSelectionExpression: '$request.body.type',
    routes,
    limits: { ...AWS_LIMITS, ...limits },
    log: () => undefined,
    invoker: {
      async invoke(functionName, payload) {
        const event = JSON.parse(payload) as Input;
        events.push(event);
        const result = (await handler(event, functionName)) ?? { statusCode: 200 };
        return result instanceof Error ? failed : { payload: JSON.stringify(result), requestId: 'r' };
      },
      invokeAsync: () => expect.unreachable(),
      invokeStreaming: () => expect.unreachable(),
    },
  });
  const server = createServer((request, response) => void api.request(request, response));
  server.on('upgrade', (request, socket, head) => {
    void api.upgrade(request, socket, head, (request.url ?? '').replace(/^\/prod(?=\/|\?|$)/, ''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const management = new ApiGatewayManagementApiClient({
    endpoint: `http://127.0.0.1:${port}/prod`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const world = {
    api,
    port,
    events,
    management,
    of: (type: string) => events.filter((event) => event.requestContext.eventType === type),
    dial: (path = '/prod', ...rest: unknown[]) => new WebSocket(`ws://127.0.0.1:${port}${path}`, ...(rest as [])),
    async open(path = '/prod', ...rest: unknown[]) {
      const socket = world.dial(path, ...rest);
      await once(socket, 'open');
      return { socket, id: String(world.of('CONNECT').at(-1)?.requestContext.connectionId) };
    },
    post: (ConnectionId: string, Data: string | Uint8Array) =>
      management.send(new PostToConnectionCommand({ ConnectionId, Data })),
    async end() {
      management.destroy();
      await api.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  worlds.push(world);
  return world;
}

async function heard(socket: WebSocket): Promise<string> {
  const [data] = await once(socket, 'message');
  return String(data);
}

async function refusal(socket: WebSocket): Promise<[number | undefined, string]> {
  const [, response]: [unknown, IncomingMessage] = (await once(socket, 'unexpected-response')) as never;
  const chunks = await response.toArray();
  return [response.statusCode, Buffer.concat(chunks).toString()];
}

test('$connect sees the handshake: query, headers and who connects', async () => {
  const world = await aWorld();
  const { id } = await world.open('/prod?channel=stats&tag=a&tag=b', { headers: { 'x-viewer-ip': '203.0.113.9' } });
  const [event] = world.of('CONNECT');
  expect(event).toMatchObject({
    queryStringParameters: { channel: 'stats', tag: 'b' },
    multiValueQueryStringParameters: { channel: ['stats'], tag: ['a', 'b'] },
    headers: { Host: `127.0.0.1:${world.port}`, 'Sec-WebSocket-Version': '13', 'x-viewer-ip': '203.0.113.9' },
    isBase64Encoded: false,
    requestContext: {
      routeKey: '$connect',
      eventType: 'CONNECT',
      messageDirection: 'IN',
      stage: 'prod',
      apiId: 'ws1',
      domainName: 'ws1.execute-api.us-east-1.amazonaws.com',
      identity: { sourceIp: '127.0.0.1' },
    },
  });
  expect(event?.multiValueHeaders?.['Sec-WebSocket-Version']).toEqual(['13']);
  expect(event?.headers).not.toHaveProperty('Upgrade');
  expect(event?.headers).not.toHaveProperty('Connection');
  expect(id).toMatch(/^[\w-]{15}=$/);
  expect(world.api.connectionCount()).toBe(1);
});

test('a path inside the stage is forbidden: WebSocket APIs have none', async () => {
  const world = await aWorld();
  const [status, body] = await refusal(world.dial('/prod/hello'));
  expect([status, JSON.parse(body).message]).toEqual([403, 'Forbidden']);
  expect(world.events).toEqual([]);
});

test('a handshake ends with the status $connect returned, 502 when it fails, 504 when it is too slow', async () => {
  const never = new Promise(() => undefined);
  const answers: Record<string, unknown> = { '429': { statusCode: 429 }, '502': new Error('boom'), '504': never };
  const world = await aWorld((event) => answers[event.queryStringParameters?.want ?? '']);
  for (const want of Object.keys(answers)) {
    expect((await refusal(world.dial(`/prod?want=${want}`)))[0]).toBe(Number(want));
  }
  expect(world.api.connectionCount()).toBe(0);
  expect(world.of('DISCONNECT')).toEqual([]);
});

test('what is no WebSocket handshake is refused before any function runs', async () => {
  const world = await aWorld();
  const socket = netConnect(world.port, '127.0.0.1');
  socket.write('GET /prod HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
  expect(world.events).toEqual([]);
});

test('only the subprotocol that $connect returns is echoed', async () => {
  const headers = { 'Sec-WebSocket-Protocol': 'two' };
  const choosing = await aWorld(
    (event) => event.requestContext.eventType === 'CONNECT' && { statusCode: 200, headers },
  );
  expect((await choosing.open('/prod', ['one', 'two'])).socket.protocol).toBe('two');
  const silent = await aWorld();
  const [error] = await once(silent.dial('/prod', ['one']), 'error');
  expect(String(error)).toContain('no subprotocol');
});

test('posting inside $connect finds nobody; after it the message arrives', async () => {
  let inside: unknown;
  const world: Awaited<ReturnType<typeof aWorld>> = await aWorld(async (event) => {
    if (event.requestContext.eventType !== 'CONNECT') return;
    inside = await world.post(event.requestContext.connectionId, 'early').catch((error: Error) => error.name);
  });
  const { socket, id } = await world.open();
  expect(inside).toBe('GoneException');
  const message = heard(socket);
  await world.post(id, 'héllo');
  expect(await message).toBe('héllo');
});

test('a message takes the route its body names, else $default', async () => {
  const world = await aWorld();
  const { socket, id } = await world.open();
  for (const body of ['{"type":"ping"}', '{"type":"other"}', 'no json', '{"type":"$connect"}']) socket.send(body);
  await expect.poll(() => world.of('MESSAGE').length).toBe(4);
  expect(world.of('MESSAGE').map((event) => [event.requestContext.routeKey, event.body])).toEqual([
    ['ping', '{"type":"ping"}'],
    ['$default', '{"type":"other"}'],
    ['$default', 'no json'],
    ['$default', '{"type":"$connect"}'],
  ]);
  const context = world.of('MESSAGE')[0]?.requestContext;
  expect(context).toMatchObject({ connectionId: id, eventType: 'MESSAGE' });
  expect(context?.messageId).toBeTypeOf('string');
});

test('the sender hears of a message that has no route, a function that fails and one that is too slow', async () => {
  const answers: Record<string, unknown> = { ping: new Error('boom'), slow: new Promise(() => undefined) };
  const world = await aWorld((_event, name) => answers[name], ['$connect', 'ping', 'slow']);
  const { socket, id } = await world.open();
  for (const [type, message] of Object.entries({
    nobody: 'Forbidden',
    ping: 'Internal server error',
    slow: 'Endpoint request timed out',
  })) {
    socket.send(JSON.stringify({ type }));
    expect(JSON.parse(await heard(socket))).toEqual({ message, connectionId: id, requestId: expect.any(String) });
  }
});

test('GetConnection tells since when, how lately active and who', async () => {
  const world = await aWorld();
  const { id } = await world.open('/prod', { headers: { 'user-agent': 'spec' } });
  const answer = await world.management.send(new GetConnectionCommand({ ConnectionId: id }));
  expect(answer.ConnectedAt).toBeInstanceOf(Date);
  expect(answer.LastActiveAt!.getTime()).toBeGreaterThanOrEqual(answer.ConnectedAt!.getTime());
  expect(answer.Identity).toEqual({ SourceIp: '127.0.0.1', UserAgent: 'spec' });
});

test('DeleteConnection closes the socket, $disconnect runs, and the id is gone', async () => {
  const world = await aWorld();
  const { socket, id } = await world.open();
  const closed = once(socket, 'close');
  await world.management.send(new DeleteConnectionCommand({ ConnectionId: id }));
  expect((await closed)[0]).toBe(1000);
  await expect(world.post(id, 'x')).rejects.toMatchObject({
    name: 'GoneException',
    $metadata: { httpStatusCode: 410 },
  });
  await expect.poll(() => world.of('DISCONNECT').length).toBe(1);
  expect(world.api.connectionCount()).toBe(0);
});

test('a client that closes or vanishes leaves its code to $disconnect', async () => {
  const world = await aWorld();
  (await world.open()).socket.close(4001, 'bye');
  await expect.poll(() => world.of('DISCONNECT').length).toBe(1);
  (await world.open()).socket.terminate();
  await expect.poll(() => world.of('DISCONNECT').length).toBe(2);
  const said = world
    .of('DISCONNECT')
    .map(({ requestContext: context }) => [context.disconnectStatusCode, context.disconnectReason, context.routeKey]);
  expect(said).toEqual([
    [4001, 'bye', '$disconnect'],
    [1006, '', '$disconnect'],
  ]);
});

test('an answer above 128 KB is too large, and bytes arrive as text', async () => {
  const world = await aWorld();
  const { socket, id } = await world.open();
  await expect(world.post(id, 'x'.repeat(128 * 1024 + 1))).rejects.toMatchObject({
    name: 'PayloadTooLargeException',
    $metadata: { httpStatusCode: 413 },
  });
  const arrived = once(socket, 'message');
  await world.post(id, new Uint8Array([0x68, 0x69]));
  expect(await arrived).toEqual([Buffer.from('hi'), false]);
  const large = heard(socket);
  await world.post(id, 'x'.repeat(128 * 1024));
  expect((await large).length).toBe(128 * 1024);
});

test('the management API wants a signature for execute-api and a well-formed id', async () => {
  const world = await aWorld();
  const { id } = await world.open();
  const unsigned = await fetch(`http://127.0.0.1:${world.port}/prod/@connections/${id}`, { method: 'POST', body: 'x' });
  expect(unsigned.status).toBe(403);
  await expect(world.post('nonsense', 'x')).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  await expect(world.post('AAAAAAAAAAAAAAA=', 'x')).rejects.toMatchObject({ name: 'GoneException' });
});

test('a frame above 32 KB, a message above 128 KB and a binary frame end the connection', async () => {
  const world = await aWorld();
  const ending = async (act: (socket: WebSocket) => void) => {
    const { socket } = await world.open();
    const closed = once(socket, 'close');
    act(socket);
    return (await closed)[0];
  };
  const frame = 'x'.repeat(32 * 1024);
  expect(await ending((socket) => socket.send(`${frame}x`))).toBe(1009);
  expect(await ending((socket) => socket.send('é'.repeat(16 * 1024 + 1)))).toBe(1009);
  expect(await ending((socket) => socket.send(Buffer.from('x')))).toBe(1003);
  const fragments = (socket: WebSocket, count: number) => {
    for (let sent = 1; sent <= count; sent++) socket.send(frame, { fin: sent === count });
  };
  expect(await ending((socket) => fragments(socket, 5))).toBe(1009);
  expect(world.of('MESSAGE')).toEqual([]);
  const { socket } = await world.open();
  fragments(socket, 4);
  await expect.poll(() => world.of('MESSAGE').length).toBe(1);
  expect(world.of('MESSAGE')[0]?.body?.length).toBe(128 * 1024);
});

test('an idle connection goes away, and messages in either direction keep it while pings do not', async () => {
  const world = await aWorld(undefined, ALL, { idleMs: 2_000 });
  const [quiet, talking, hearing] = [await world.open(), await world.open(), await world.open()];
  const closed = once(quiet.socket, 'close');
  for (let round = 0; round < 12; round++) {
    await sleep(200);
    if (quiet.socket.readyState === WebSocket.OPEN) quiet.socket.ping();
    talking.socket.send('{}');
    await world.post(hearing.id, 'x');
  }
  expect((await closed)[0]).toBe(1001);
  expect([talking.socket.readyState, hearing.socket.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
});

test('a connection ends at its maximum age however busy it is', async () => {
  const world = await aWorld(undefined, ALL, { maxAgeMs: 150 });
  const { socket } = await world.open();
  const busy = setInterval(() => socket.send('{}'), 20);
  const [code] = await once(socket, 'close');
  clearInterval(busy);
  expect(code).toBe(1001);
});

test('a ping is answered', async () => {
  const { socket } = await (await aWorld()).open();
  socket.ping('hi');
  expect(String((await once(socket, 'pong'))[0])).toBe('hi');
});

test('a reader that does not read is cut before it can fill the memory', async () => {
  const world = await aWorld();
  const { socket, id } = await world.open();
  socket.pause();
  const flood = async () => {
    for (let sent = 0; sent < 400; sent++) await world.post(id, 'x'.repeat(128 * 1024));
  };
  await expect(flood()).rejects.toMatchObject({ name: 'GoneException' });
  await expect.poll(() => world.of('DISCONNECT').length).toBe(1);
});

test('a client that sends faster than functions answer is slowed down, and nothing it sent is lost', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const world = await aWorld((_event, name) => (name === '$default' ? gate : undefined));
  const { socket } = await world.open();
  for (let sent = 0; sent < 3000; sent++) socket.send('x'.repeat(1000));
  await expect.poll(() => world.of('MESSAGE').length).toBeGreaterThanOrEqual(64);
  await sleep(50);
  expect(world.of('MESSAGE').length).toBeLessThan(1000);
  release();
  await expect.poll(() => world.of('MESSAGE').length).toBe(3000);
});

test('of many clients that vanish together each is told of, and the account has room for others', async () => {
  const ends: (() => void)[] = [];
  const world = await aWorld((event) =>
    event.requestContext.eventType === 'DISCONNECT' ? new Promise<void>((end) => ends.push(end)) : undefined,
  );
  const opened = await Promise.all(Array.from({ length: 150 }, () => world.open()));
  for (const { socket } of opened) socket.terminate();
  await vi.waitFor(() => expect(world.api.connectionCount()).toBe(0));
  expect(world.of('DISCONNECT')).toHaveLength(100);
  while (world.of('DISCONNECT').length < 150 || ends.length > 0) {
    ends.shift()?.();
    await sleep(0);
  }
});

test('a client that leaves while $connect runs is disconnected again', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const world = await aWorld((_event, name) => (name === '$connect' ? gate : undefined));
  const socket = world.dial();
  socket.on('error', () => undefined);
  await expect.poll(() => world.of('CONNECT').length).toBe(1);
  socket.terminate();
  await sleep(20);
  release();
  await expect.poll(() => world.of('DISCONNECT').length).toBe(1);
  expect(world.api.connectionCount()).toBe(0);
});

test('stopping says goodbye to everyone, runs $disconnect, and lets nobody in', async () => {
  const world = await aWorld();
  const { socket } = await world.open();
  const closed = once(socket, 'close');
  await world.api.stop();
  expect((await closed)[0]).toBe(1001);
  expect(world.of('DISCONNECT').length).toBe(1);
  expect((await refusal(world.dial()))[0]).toBe(503);
});

test('a route selection expression the emulation does not know is refused by name', async () => {
  const options = { apiId: 'a', stage: 's', routes: [], invoker: {} as never };
  expect(() => createWebSocketApi({ ...options, routeSelectionExpression: '$request.header.x' })).toThrow('header.x');
});
