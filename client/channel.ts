import {
  channelName,
  CHANNEL_KINDS,
  CHANNEL_PATHS,
  channelOf,
  CHANNELS,
  type ChannelKind,
} from '../contract/channel.ts';
import { type BroughtBy, brings, MESSAGE_CHANNELS } from '../contract/channel-messages.ts';
import type { Notification } from '../contract/notification.ts';
import { slugOf } from '../contract/slug.ts';

type KindWithId = {
  [K in ChannelKind]: (typeof CHANNELS)[K]['id'] extends 'none' ? never : K;
}[ChannelKind];

/** `'queue'`, `{ download: id }`, `{ logs: id }`, `{ import: name }`…; `{ queue: id }` also tells that download's position. */
export type ChannelRef =
  | Exclude<ChannelKind, KindWithId>
  | { queue: string }
  | { [K in KindWithId]: { [P in K]: string } }[KindWithId];

type KindOf<C> = C extends ChannelKind ? C : keyof C & ChannelKind;
/** What a listener of this channel may be told. */
export type NotificationOn<C extends ChannelRef> = BroughtBy<KindOf<C>>;

export type Channel = {
  name: string;
  kind: ChannelKind;
  id: string | null;
  history: boolean;
  /** Of the download whose position in the queue is wanted. */
  downloadId: string | null;
  /** Null: it comes beside another channel only. */
  socketPath: string | null;
  /** Where its state is answered once; its server-sent events stand under `/stream`. Null: by WebSocket only. */
  statePath: string | null;
};

const ANSWERED = ['download', 'queue', 'stats', 'dashboard'];

/** Throws when there is no such channel. */
export function channelAt(ref: ChannelRef): Channel {
  const [given, value] = typeof ref === 'string' ? [ref, undefined] : (Object.entries(ref)[0] ?? []);
  const kind = CHANNEL_KINDS.find((known) => known === given);
  const downloadId = kind === 'queue' ? (value ?? null) : null;
  const wanted = kind === 'import' ? (slugOf(value ?? '') ?? undefined) : value;
  const found = channelOf(kind ?? '', downloadId === null ? wanted : undefined);
  if (found === null) throw new TypeError(`There is no channel ${JSON.stringify(ref)}.`);
  const { kind: known, id } = found;
  const path = CHANNEL_PATHS.find(({ channel }) => channel === known)?.path;
  return {
    name: channelName(found),
    kind: known,
    id,
    history: CHANNELS[known].history,
    downloadId,
    socketPath: path === undefined ? null : `/ws/${path}${id === null ? '' : `/${id}`}`,
    statePath: ANSWERED.includes(known) ? `/downloads/${id ?? known}` : null,
  };
}

/** Whether this was told on this channel. */
export function isOn<C extends ChannelRef>(
  { kind, id }: Channel,
  notification: Notification,
): notification is NotificationOn<C> {
  if (!brings(kind, notification.type)) return false;
  switch (notification.type) {
    case 'download_update':
      return id === null || notification.download_id === id;
    case 'log':
      return notification.id === id;
    default:
      return true;
  }
}

/** Whether this version knows where this is told. */
export const isKnown = ({ type }: { type: string }): boolean => type in MESSAGE_CHANNELS;

/** The channel of a WebSocket's path, as it stands after `/ws/`. */
export function refAt(path: string, downloadId: string | null): ChannelRef | null {
  const whole = CHANNEL_PATHS.find((known) => known.path === path);
  const slash = path.indexOf('/');
  const found = whole ?? CHANNEL_PATHS.find((known) => known.path === path.slice(0, Math.max(slash, 0)));
  // An id where none belongs, or none where one does.
  if (found === undefined || (CHANNELS[found.channel].id === 'none') !== (whole !== undefined)) return null;
  const id = decodeURIComponent(path.slice(slash + 1));
  switch (found.channel) {
    case 'download':
      return { download: id };
    case 'logs':
      return { logs: id };
    case 'import':
      return { import: id };
    case 'queue':
      return downloadId === null ? 'queue' : { queue: downloadId };
    default:
      return found.channel;
  }
}
