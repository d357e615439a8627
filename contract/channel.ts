/**
 * What a connection can listen to. `counted`: the name its listeners are counted under in `GET /ws/connections`; `shards`: over how
 * many partitions they are spread, for a channel that everybody hears; `history`: what was missed can be asked for again.
 */
type ChannelFacts = {
  id: 'none' | 'plain' | 'slug';
  counted: string | null;
  shards: 1 | 4;
  history: boolean;
};

export const CHANNELS = {
  download: { id: 'plain', counted: 'download', shards: 1, history: true },
  queue: { id: 'none', counted: 'queue', shards: 4, history: false },
  stats: { id: 'none', counted: 'stats', shards: 4, history: false },
  general: { id: 'none', counted: 'general', shards: 4, history: true },
  dashboard: { id: 'none', counted: 'dashboard', shards: 4, history: false },
  /** Each change of each download, for dashboards that ask `?deltas=1`. */
  deltas: { id: 'none', counted: null, shards: 4, history: false },
  events: { id: 'none', counted: 'events', shards: 4, history: true },
  imports: { id: 'none', counted: 'imports', shards: 4, history: false },
  import: { id: 'slug', counted: 'import', shards: 1, history: true },
  logs: { id: 'plain', counted: 'logs', shards: 1, history: true },
  admin: { id: 'none', counted: 'admin', shards: 4, history: true },
} as const satisfies Record<string, ChannelFacts>;

export type ChannelKind = keyof typeof CHANNELS;
export const CHANNEL_KINDS = [
  'download',
  'queue',
  'stats',
  'general',
  'dashboard',
  'deltas',
  'events',
  'imports',
  'import',
  'logs',
  'admin',
] as const satisfies readonly ChannelKind[];

/**
 * What a WebSocket path listens to: `/ws/{path}`, or `/ws/{path}/{id}` where the channel has an id. The edge function turns the
 * path into `?channel={channel}&id={id}`, because a WebSocket API knows no paths.
 */
export const CHANNEL_PATHS = [
  { path: 'downloads', channel: 'download' },
  { path: 'queue', channel: 'queue' },
  { path: 'stats', channel: 'stats' },
  { path: 'dashboard', channel: 'dashboard' },
  { path: 'general', channel: 'general' },
  { path: 'eventos', channel: 'events' },
  { path: 'eventos/progresso', channel: 'imports' },
  { path: 'upload', channel: 'import' },
  { path: 'logs', channel: 'logs' },
  { path: 'admin', channel: 'admin' },
] as const satisfies readonly { path: string; channel: ChannelKind }[];

/** Ids in a WebSocket path; the same characters as `downloadId`. */
export const ID_PATTERN = '^[A-Za-z0-9_-]{1,64}$';
const SLUG_PATTERN = '^[a-z0-9-]{1,64}$';

export type Channel = { kind: ChannelKind; id: string | null };

/** `queue`, `download:01J…`: what messages and tables call a channel. */
export const channelName = ({ kind, id }: Channel): string => (id === null ? kind : `${kind}:${id}`);
export const downloadChannel = (id: string): string => channelName({ kind: 'download', id });
export const importChannel = (uploadId: string): string => channelName({ kind: 'import', id: uploadId });
export const logsChannel = (id: string): string => channelName({ kind: 'logs', id });

/** The channel of a kind and an id as somebody gave them; null when there is none such. */
export function channelOf(kind: string, id: string | undefined): Channel | null {
  const known = CHANNEL_KINDS.find((name) => name === kind);
  if (known === undefined) return null;
  const wanted = CHANNELS[known].id;
  if (wanted === 'none') return id === undefined ? { kind: known, id: null } : null;
  const pattern = new RegExp(wanted === 'slug' ? SLUG_PATTERN : ID_PATTERN);
  return id !== undefined && pattern.test(id) ? { kind: known, id } : null;
}

/** The channel of this name; null when there is none such. */
export function parseChannel(name: string): Channel | null {
  const [kind = '', ...rest] = name.split(':');
  return channelOf(kind, rest.length === 0 ? undefined : rest.join(':'));
}

/** The news of one connection alone: it wakes the greeter. */
export const connectionChannel = (connectionId: string): string => `${CONNECTION_CHANNEL_PREFIX}${connectionId}`;
export const CONNECTION_CHANNEL_PREFIX = 'connection:';
