import type { Notification } from '../../contract/notification.ts';
import { censusTable } from '../../src/channels/census/table.ts';
import { connectionOpener, connectionsTable } from '../../src/channels/connections/table.ts';
import type { FanOutMessage } from '../../src/channels/fan-out-message.ts';
import type { Listening } from '../../src/channels/listening.ts';
import { channelsTable } from '../../src/channels/table.ts';
import { answerClient } from '../../src/live/answer-client.ts';
import { fanOut } from '../../src/live/fan-out.ts';
import { greetAll } from '../../src/live/greet.ts';
import { notify } from '../../src/live/notify.ts';
import { openLook } from '../../src/live/open-look.ts';
import type { News } from '../../src/news/news.ts';
import { newsWrite } from '../../src/news/table.ts';
import { transact } from '../../src/aws/transact.ts';
import { at } from './a-download.ts';
import type { someTables } from './tables.ts';

type Tables = Awaited<ReturnType<typeof someTables>>;

/** Real tables and everything that tells, on sockets that keep what each hears; with a hand on who has gone or is throttled. */
export function aLiveWorld({ db, names }: Tables, clock = { now: at(20) }) {
  const heard = new Map<string, Notification[]>();
  const gone = new Set<string>();
  const throttled = new Set<string>();
  const queued: FanOutMessage[] = [];
  const woken: string[] = [];
  const connections = connectionsTable(db, names.connections);
  const channels = channelsTable(db, names.connections);
  const now = () => clock.now;
  const app = {
    ...openLook(db, names, now),
    connections,
    channels,
    census: censusTable(db, names.connections),
    sockets: {
      async post(id: string, text: string) {
        if (gone.has(id)) return 'gone' as const;
        if (throttled.has(id)) return 'throttled' as const;
        heard.set(id, [...(heard.get(id) ?? []), JSON.parse(text) as Notification]);
        return 'sent' as const;
      },
    },
    fanOut: { send: async (message: FanOutMessage) => void queued.push(message) },
    wake: async (channel: string) => void woken.push(channel),
    measure: () => undefined,
    now,
  };
  const asListening = (channel: string | Listening): Listening =>
    typeof channel === 'string' ? { channel, downloadId: null } : channel;

  /** Records a connection; the answer is the change that wakes the greeter. */
  const open = async (id: string, listensTo: (string | Listening)[], openedAt = at(0)) => {
    const all = listensTo.map(asListening);
    const person = { ip: '203.0.113.7', user: `client:${id}`, trusted: false };
    await connectionOpener(db, names)({ id, listensTo: all, ...person, openedAt });
    const connection = {
      channel: `connection:${id}`,
      connection_id: id,
      listens_to: all.map(({ channel, downloadId }) => ({ channel, download_id: downloadId })),
      opened_at: openedAt.toISOString(),
    };
    return { item: { connection }, sequenceNumber: id };
  };

  return {
    app,
    gone,
    throttled,
    queued,
    woken,
    open,
    greet: greetAll.bind(null, app),
    /** A connection that has been greeted. */
    join: async (id: string, ...listensTo: (string | Listening)[]) => {
      await greetAll(app, [await open(id, listensTo)]);
    },
    says: (id: string, message: unknown) =>
      answerClient(app, id, typeof message === 'string' ? message : JSON.stringify(message)),
    /** News as the stream brings them to the notifier; the answer is what must come again. */
    publish: (...news: News[]) =>
      notify(
        app,
        news.map((entry, index) => ({ item: { news: entry }, sequenceNumber: String(index) })),
      ),
    /** News as they lie in the outbox for who resumes. */
    keep: async (...news: News[]) => {
      for (const entry of news) await transact(db, [newsWrite(names.news, entry, now())], crypto.randomUUID());
    },
    fanOut: () => fanOut(app, queued.splice(0)),
    listening: async (channel: string) =>
      (await channels.listeners(channel, now()))
        .flat()
        .map(({ connectionId }) => connectionId)
        .toSorted(),
    heard: (id: string) => heard.get(id) ?? [],
    types: (id: string) => (heard.get(id) ?? []).map(({ type }) => type),
    forget: () => heard.clear(),
  };
}
