import { refAt } from './channel.ts';
import { connect } from './connect.ts';
import type { Options } from './settings.ts';

/**
 * Listens to a WebSocket address such as `ws://localhost:8000/ws/dashboard` for ever: `onMessage` gets each notification as a
 * WebSocket's `onmessage` would, and reconnecting, resuming and doing without WebSockets are seen to.
 */
export function createWebSocket(
  url: string,
  onMessage: (event: { data: string }) => void,
  options: Options = {},
): { close(): void } {
  const { origin, pathname, searchParams } = new URL(url);
  const [prefix, path] = split(pathname);
  const channel = refAt(path, searchParams.get('download_id'));
  if (channel === null) throw new TypeError(`${url} is no WebSocket of FastTrack.`);
  const tell = (notification: unknown) => onMessage({ data: JSON.stringify(notification) });
  const client = connect({
    url: `${origin.replace(/^ws/, 'http')}${prefix}`,
    channel,
    on: tell,
    onUnknown: tell,
    token: searchParams.get('token') ?? undefined,
    client: searchParams.get('client') ?? undefined,
    ...options,
  });
  if (channel === 'dashboard' && searchParams.get('deltas') === '1') client.subscribe('deltas', tell);
  return { close: () => client.close() };
}

/** Before and after `/ws/`. */
function split(pathname: string): [string, string] {
  const at = pathname.lastIndexOf('/ws/');
  return at < 0 ? ['', ''] : [pathname.slice(0, at), pathname.slice(at + '/ws/'.length)];
}
