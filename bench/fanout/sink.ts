import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

// API Gateway's stand-in, as a process of its own: reads each post to its end, takes note of it, and answers as late as a network
// would. Prints its URL. `GET /heard` says what came since it was last asked.
const LATENCY_MS = 20;

const address = z.object({ port: z.number() });
let posts = 0;
let bytes = 0;
let connections = new Set<string>();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    response.end(JSON.stringify({ posts, bytes, connections: connections.size }));
    posts = 0;
    bytes = 0;
    connections = new Set();
    return;
  }
  for await (const chunk of request) bytes += z.instanceof(Buffer).parse(chunk).length;
  posts += 1;
  connections.add(request.url ?? '');
  await sleep(LATENCY_MS);
  response.end();
}

const server = createServer((request, response) => void answer(request, response));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${address.parse(server.address()).port}`);
