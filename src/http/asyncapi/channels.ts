import { CHANNEL_PATHS, CHANNELS } from '../../../contract/channel.ts';
import { mayHear, SNAPSHOT_STREAMS } from '../../../contract/channel-messages.ts';
import { streamDownload } from '../../../contract/routes.ts';
import {
  CLIENT_MESSAGES,
  DOWNLOAD_STREAM_EVENTS,
  NOTIFICATIONS,
  SNAPSHOT_STREAM_EVENTS,
  type Message,
} from './messages.ts';

type Text = { title: string; description: string; query?: Record<string, string> };

/** A place where something is said: a WebSocket's path, or a stream of server-sent events. */
export type Channel = Text & {
  key: string;
  over: 'websocket' | 'stream';
  address: string;
  /** What stands in its address, if anything does. */
  id: string | null;
  tells: Message[];
  takes: Message[];
};

/** What is said of each channel that has a path. */
const TEXTS: Record<(typeof CHANNEL_PATHS)[number]['channel'], Text> = {
  download: { title: 'One download', description: 'Its state, then each change until it ends.' },
  queue: {
    title: 'The queue',
    description: 'How many downloads there are by status, when that changes.',
    query: { download_id: 'The download whose `queue_position` is told: 1 is the next to start.' },
  },
  stats: { title: 'Statistics', description: 'Counts and sizes over time, when they change.' },
  dashboard: {
    title: 'The dashboard',
    description: 'Everything a dashboard shows, each 3 s.',
    query: { deltas: '`1`: also a `download_update` for each change, at once.' },
  },
  general: { title: 'Announcements', description: 'What `POST /notifications` announces to everybody.' },
  events: { title: 'Events', description: 'Who is here, how many events there are, and each change of one.' },
  imports: { title: 'All imports', description: 'How far each running import of events is.' },
  import: { title: 'One import', description: 'Opened before the upload, it waits for it.' },
  logs: {
    title: 'A log',
    description: 'What was done for a download or an import, line by line: its history, then live.',
  },
  admin: {
    title: 'Administration',
    description: 'What administrators should know.',
    query: { token: 'The access token, where the system has one.' },
  },
};

const IDS = {
  none: null,
  plain: 'The id of a download, `[A-Za-z0-9_-]{1,64}`.',
  slug: 'The name of an import; any other text is made into one, `[a-z0-9-]{1,64}`.',
} as const;

const webSockets = CHANNEL_PATHS.map(({ path, channel }): Channel => {
  const id = IDS[CHANNELS[channel].id];
  return {
    ...TEXTS[channel],
    key: channel,
    over: 'websocket',
    address: `/ws/${path}${id === null ? '' : '/{id}'}`,
    id,
    tells: NOTIFICATIONS.filter(
      ({ type }) => mayHear(channel, type) || (channel === 'dashboard' && mayHear('deltas', type)),
    ),
    takes: CLIENT_MESSAGES,
  };
});

const streams: Channel[] = [
  {
    ...TEXTS.download,
    key: 'download_stream',
    over: 'stream',
    address: streamDownload.path,
    id: IDS.plain,
    tells: DOWNLOAD_STREAM_EVENTS,
    takes: [],
  },
  ...SNAPSHOT_STREAMS.map(({ channel, path, brings }): Channel => ({
    title: TEXTS[channel].title,
    description: TEXTS[channel].description,
    key: `${channel}_stream`,
    over: 'stream',
    address: path,
    id: null,
    tells: SNAPSHOT_STREAM_EVENTS.filter(({ type }) => type === 'connection_established' || type === brings),
    takes: [],
  })),
];

/** Everywhere something is said, in the order of the contract. */
export const CHANNEL_LIST: Channel[] = [...webSockets, ...streams];
