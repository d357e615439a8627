import { channelOf, type Channel, channelName, ID_PATTERN } from '../../contract/channel.ts';
import type { Handshake } from '../aws/websocket-edge.ts';
import type { CensusTable } from '../channels/census/table.ts';
import type { NewConnection } from '../channels/connections/table.ts';
import type { Listening } from '../channels/listening.ts';
import type { DownloadsTable } from '../downloads/table.ts';
import type { NewsTable } from '../news/table.ts';
import { isSameSecret } from '../same-secret.ts';

export type AdmitConnectionDeps = {
  open: (connection: NewConnection) => Promise<void>;
  census: Pick<CensusTable, 'countOf'>;
  downloads: Pick<DownloadsTable, 'get'>;
  news: NewsTable;
  /** Snapshots are wanted on this channel: somebody has to publish them. */
  wake: (channel: string) => Promise<void>;
  accessToken: () => Promise<string | null>;
  originKey: string;
  maxConnectionsPerIp: number;
  now: () => Date;
};

/** Opens a connection to an existing channel; the answer is the handshake's HTTP status. It never posts: it is too early. */
export async function admitConnection(app: AdmitConnectionDeps, handshake: Handshake): Promise<number> {
  const { connectionId: id, headers, query } = handshake;
  if (headers.get('x-origin-key') !== app.originKey) return 403;
  const channel = channelOf(query['channel'] ?? '', query['id']);
  // Deltas come with a dashboard; nothing but a dashboard asks for them.
  if (channel === null || channel.kind === 'deltas') return 404;
  const ip = headers.get('x-viewer-ip') ?? 'unknown';
  const now = app.now();
  if ((await app.census.countOf(ip, now)) >= app.maxConnectionsPerIp) return 429;
  const token = await app.accessToken();
  const trusted = token === null || isSameSecret(query['token'], token);
  // A wrong token is told also where none is needed.
  if (!trusted && (channel.kind === 'admin' || query['token'] !== undefined)) return 401;
  if (!(await exists(app, channel))) return 404;
  const listensTo = listeningsOf(channel, query);
  await app.open({ id, listensTo, ip, user: userOf(query['client'], ip), trusted, openedAt: now });
  await app.wake(channelName(channel));
  return 200;
}

/** Whether there is something to listen to: a download may be missing, a channel of everybody is always there. */
export async function exists(
  { downloads, news }: Pick<AdmitConnectionDeps, 'downloads' | 'news'>,
  { kind, id }: Channel,
): Promise<boolean> {
  if (id === null || kind === 'import') return true;
  if ((await downloads.get(id)) !== null) return true;
  return kind === 'logs' && (await news.after(channelName({ kind, id }), 0)).length > 0;
}

function listeningsOf(channel: Channel, query: Record<string, string>): Listening[] {
  const named = new RegExp(ID_PATTERN).test(query['download_id'] ?? '') ? (query['download_id'] ?? null) : null;
  const first = { channel: channelName(channel), downloadId: channel.kind === 'queue' ? named : null };
  const wantsDeltas = channel.kind === 'dashboard' && query['deltas'] === '1';
  return wantsDeltas ? [first, { channel: 'deltas', downloadId: null }] : [first];
}

/** The name a client gave itself, the same in all its tabs; else its address. */
function userOf(client: string | undefined, ip: string): string {
  return client !== undefined && new RegExp(ID_PATTERN).test(client) ? `client:${client}` : `ip:${ip}`;
}
