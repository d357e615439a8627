import {
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_CLIENT_MESSAGES_PER_SECOND,
  MAX_SUBSCRIPTIONS,
} from '../../../contract/client-message.ts';
import { API_PREFIX } from '../../../contract/routes.ts';
import { CHANNEL_LIST, type Channel } from './channels.ts';
import { MESSAGES, messageSchemas, type Message } from './messages.ts';

const DESCRIPTION = `What FastTrack says while it works, over WebSocket and as server-sent events.

On a WebSocket \`connection_established\` comes first, then the present state at once, then each change. A client may listen to more
channels on the same connection: at most ${MAX_SUBSCRIPTIONS}, ${MAX_CLIENT_MESSAGES_PER_SECOND} messages a second of ${MAX_CLIENT_MESSAGE_BYTES} bytes each.

A stream is the same in flat objects, with \`type\` inside \`data:\` and no \`event:\` field. It ends itself before 55 s; a browser resumes
it with \`Last-Event-ID\`, missing and repeating nothing, and 204 says that there is no more.`;

export type Site = { version: string; host: string; secure: boolean };

/** AsyncAPI 3.0 of everything FastTrack says; as that specification has it, `send` is what FastTrack sends. */
export function asyncApi({ version, host, secure }: Site) {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'FastTrack',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    servers: {
      websocket: { host, protocol: secure ? 'wss' : 'ws', description: 'WebSockets.' },
      stream: { host, protocol: secure ? 'https' : 'http', description: 'Server-sent events.' },
      stream_v1: {
        host,
        pathname: API_PREFIX,
        protocol: secure ? 'https' : 'http',
        description: 'The same streams: every path of HTTP also answers under this.',
      },
    },
    channels: Object.fromEntries(CHANNEL_LIST.map((channel) => [channel.key, channelObject(channel)])),
    operations: Object.fromEntries(CHANNEL_LIST.flatMap(operations)),
    components: {
      messages: Object.fromEntries(MESSAGES.map((message) => [message.key, messageObject(message)])),
      schemas: messageSchemas(),
    },
  };
}

const ref = (...path: string[]) => ({ $ref: `#/${path.join('/')}` });

function channelObject({ over, address, title, description, id, query, tells, takes }: Channel) {
  return {
    address,
    title,
    description,
    servers:
      over === 'websocket' ? [ref('servers', 'websocket')] : [ref('servers', 'stream'), ref('servers', 'stream_v1')],
    ...(id !== null && { parameters: { id: { description: id } } }),
    messages: Object.fromEntries(
      [...tells, ...takes].map(({ type, key }) => [type, ref('components', 'messages', key)]),
    ),
    ...(over === 'websocket' && {
      bindings: { ws: { method: 'GET', ...(query && { query: queryObject(query) }), bindingVersion: '0.1.0' } },
    }),
  };
}

const queryObject = (query: Record<string, string>) => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(query).map(([name, description]) => [name, { type: 'string', description }]),
  ),
});

function operations({ key, over, title, tells, takes }: Channel) {
  const operation = (action: 'send' | 'receive', messages: Message[]) => ({
    action,
    channel: ref('channels', key),
    summary: action === 'send' ? `${title}: what a listener hears` : `${title}: what a listener may say`,
    messages: messages.map(({ type }) => ref('channels', key, 'messages', type)),
    ...(over === 'stream' && { bindings: { http: { method: 'GET', bindingVersion: '0.3.0' } } }),
  });
  const sends = [`send_${key}`, operation('send', tells)] as const;
  return takes.length === 0 ? [sends] : [sends, [`receive_${key}`, operation('receive', takes)] as const];
}

const messageObject = ({ key, type, summary, example }: Message) => ({
  name: type,
  title: type,
  summary,
  payload: ref('components', 'schemas', key),
  examples: [{ payload: example }],
});
