import { channelAt, isOn, type ChannelRef, type NotificationOn } from '../../../client/channel.ts';
import { connect, type Client, type State } from '../../../client/connect.ts';
import type { Notification } from '../../../contract/notification.ts';
import { observable, type Observable } from './observable.ts';

type Hear = (notification: Notification) => void;

export type Live = {
  state: Observable<State>;
  /** Counts up when what was missed may not have been told: lists are to be read again. */
  resyncs: Observable<number>;
  /** Listens to a channel on the page's one connection; returns what ends it. */
  listen<const C extends ChannelRef>(channel: C, hear: (notification: NotificationOn<C>) => void): () => void;
  /** Connects anew, with another token. */
  useToken(token: string): void;
};

/** The page's one connection: an address may not have many. */
export function startLive(firstToken: string): Live {
  const state = observable<State>({ status: 'connecting', transport: 'websocket', nextTryAt: null });
  const resyncs = observable(0);
  const channels = new Map<string, { ref: ChannelRef; hears: Set<Hear> }>();
  let wasLive = false;
  let client = connectWith(firstToken);

  function connectWith(token: string): Client {
    return connect({
      url: location.origin,
      // Always there, so that a connection is never without a channel.
      channel: 'general',
      on: (notification) => tell('general', notification),
      onState: changed,
      onResync: () => resyncs.set(resyncs.get() + 1),
      token: token === '' ? undefined : token,
    });
  }

  function changed(now: State): void {
    const before = state.get().status;
    const isFirst = !wasLive && before === 'connecting';
    // Deltas have no history: whatever the reason, what was said meanwhile is lost.
    if (now.status === 'live' && before !== 'live' && !isFirst) resyncs.set(resyncs.get() + 1);
    wasLive ||= now.status === 'live';
    state.set(now);
  }

  function tell(name: string, notification: Notification): void {
    for (const hear of channels.get(name)?.hears ?? []) hear(notification);
  }

  function listen<const C extends ChannelRef>(ref: C, on: (notification: NotificationOn<C>) => void): () => void {
    const channel = channelAt(ref);
    const hear: Hear = (notification) => {
      if (isOn<C>(channel, notification)) on(notification);
    };
    const known = channels.get(channel.name);
    if (known !== undefined) known.hears.add(hear);
    else {
      channels.set(channel.name, { ref, hears: new Set([hear]) });
      if (channel.name !== 'general') client.subscribe(ref, (notification) => tell(channel.name, notification));
    }
    return () => {
      const hears = channels.get(channel.name)?.hears;
      hears?.delete(hear);
      if (hears?.size !== 0) return;
      channels.delete(channel.name);
      if (channel.name !== 'general') client.unsubscribe(ref);
    };
  }

  function useToken(token: string): void {
    client.close();
    client = connectWith(token);
    for (const [name, { ref }] of channels) {
      if (name !== 'general') client.subscribe(ref, (notification: Notification) => tell(name, notification));
    }
  }

  return { state, resyncs, listen, useToken };
}
