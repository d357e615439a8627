import { randomBytes } from 'node:crypto';
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { sockets } from '../../src/aws/sockets.ts';

// One fan-out by one contender in a process of its own; prints its seconds and CPU as JSON.
const [name = '', url = '', texts = '', posts = '', warmUp = ''] = process.argv.slice(2);
const AT_ONCE = 200;
const TEXT_BYTES = 2048;

type Post = (connectionId: string, text: string) => Promise<unknown>;

/** As it was before: what the SDK offers, with enough sockets. */
function sdk(endpoint: string): Post {
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, httpAgent: { maxSockets: AT_ONCE } },
  });
  return (ConnectionId, text) => client.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from(text) }));
}

function fastTrack(endpoint: string): Post {
  const world = sockets(endpoint);
  return (connectionId, text) => world.post(connectionId, text);
}

const contenders: Record<string, (endpoint: string) => Post> = { FastTrack: fastTrack, SDK: sdk };
const post = contenders[name]?.(`${url}/prod`);
if (post === undefined) throw new Error(`no contender is called ${name}`);

const ids = (count: number) => Array.from({ length: count }, () => `${randomBytes(11).toString('base64url')}=`);
const common = 'x'.repeat(TEXT_BYTES);
const textFor = (id: string) => (texts === 'common' ? common : id.padEnd(TEXT_BYTES, 'x'));

async function postAll(post: Post, connectionIds: string[]): Promise<void> {
  const left = connectionIds.values();
  const one = async () => {
    for (const id of left) await post(id, textFor(id));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

await postAll(post, ids(Number(warmUp)));
const connectionIds = ids(Number(posts));
const cpuBefore = process.cpuUsage();
const started = performance.now();
await postAll(post, connectionIds);
const { user, system } = process.cpuUsage(cpuBefore);
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 }));
process.exit(0);
