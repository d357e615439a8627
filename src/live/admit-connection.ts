import { CHANNEL_PATHS, downloadChannel, ID_PATTERN } from '../../contract/channel.ts';
import type { Handshake } from '../aws/websocket-edge.ts';
import type { Connection } from '../channels/table.ts';
import type { DownloadsTable } from '../downloads/table.ts';

export type AdmitConnectionDeps = {
  downloads: Pick<DownloadsTable, 'get'>;
  open: (connection: Connection) => Promise<void>;
  originKey: string;
  now: () => Date;
};

/** Opens a connection to an existing channel; the answer is the handshake's HTTP status. It never posts: it is too early. */
export async function admitConnection(app: AdmitConnectionDeps, handshake: Handshake): Promise<number> {
  if (handshake.headers.get('x-origin-key') !== app.originKey) return 403;
  const channel = channelOf(handshake.query);
  if (channel === null) return 404;
  if (channel.download !== null && (await app.downloads.get(channel.download)) === null) return 404;
  await app.open({ id: handshake.connectionId, channel: channel.name, openedAt: app.now().toISOString() });
  return 200;
}

function channelOf({ channel, id }: Record<string, string>): { name: string; download: string | null } | null {
  const path = CHANNEL_PATHS.find((known) => known.channel === channel);
  if (path === undefined || id === undefined || !new RegExp(ID_PATTERN).test(id)) return null;
  return { name: downloadChannel(id), download: id };
}
