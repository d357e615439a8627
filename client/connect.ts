import type { ClientMessage } from '../contract/client-message.ts';
import type { Notification } from '../contract/notification.ts';
import { isOffline, onWake } from './browser.ts';
import { callOut } from './call-out.ts';
import { channelAt, isKnown, isOn, type Channel, type ChannelRef, type NotificationOn } from './channel.ts';
import { isMessage } from './flat-event.ts';
import { keepConnected } from './keep-connected.ts';
import { listenerOn, type Listener } from './listener.ts';
import { settingsOf, type Options, type Settings } from './settings.ts';
import { substituteFor, type Substitute } from './substitute.ts';

export type State = {
  /** `offline`: the browser knows that there is no network. */
  status: 'connecting' | 'live' | 'reconnecting' | 'offline' | 'closed';
  transport: 'websocket' | 'sse' | 'polling';
  /** When the next try is due, while `reconnecting` or `offline`. */
  nextTryAt: Date | null;
};

export type ConnectOptions<C extends ChannelRef> = Options & {
  /** Where FastTrack answers: `https://…`, without a path. */
  url: string;
  channel: C;
  /** Told what the channel told: in order, nothing twice, the current state first. */
  on: (notification: NotificationOn<C>) => void;
  onState?: ((state: State) => void) | undefined;
  /** Some of what was missed is no longer kept; what comes next is the state as it is now. */
  onResync?: ((channel: string) => void) | undefined;
  /** The server refused something, for instance to `subscribe`. */
  onError?: ((error: Extract<Notification, { type: 'error' }>) => void) | undefined;
  /** Told what this version of the library does not know. */
  onUnknown?: ((message: { type: string }) => void) | undefined;
};

export type Client = {
  state(): State;
  /** Listens to one more channel on the same connection. */
  subscribe<const C extends ChannelRef>(channel: C, on: (notification: NotificationOn<C>) => void): void;
  unsubscribe(channel: ChannelRef): void;
  close(): void;
};

/** Listens to channels of a FastTrack server until it is closed, whatever happens to the network or the server meanwhile. */
export function connect<const C extends ChannelRef>(options: ConnectOptions<C>): Client {
  const settings = settingsOf(options);
  const { timing } = settings;
  const origin = new URL(options.url).href.replace(/\/+$/, '');
  const listeners = new Map<string, Listener>();
  const substitutes = new Map<string, Substitute>();
  let opening = '';
  let closed = false;
  let hasTried = false;
  let told = '';

  function state(): State {
    const live = [...substitutes.values()].find((substitute) => substitute.isLive());
    const transport = (live ?? [...substitutes.values()][0])?.transport() ?? 'websocket';
    if (closed) return { status: 'closed', transport, nextTryAt: null };
    if (keeper.isLive() || live !== undefined) return { status: 'live', transport, nextTryAt: null };
    const nextTryAt = keeper.nextTryAt();
    if (isOffline()) return { status: 'offline', transport, nextTryAt };
    return { status: hasTried || nextTryAt !== null ? 'reconnecting' : 'connecting', transport, nextTryAt };
  }

  function changed(): void {
    const now = state();
    if (now.status !== 'connecting') hasTried = true;
    if (JSON.stringify(now) === told) return;
    told = JSON.stringify(now);
    callOut(() => options.onState?.(now));
  }

  function hear(message: unknown, isNewest: boolean): void {
    if (!isNotification(message)) return;
    switch (message.type) {
      case 'pong':
      case 'unsubscribed':
        return;
      case 'connection_established':
      case 'subscribed':
        if (isNewest) resume(message.channel);
        return;
      case 'resync':
        listeners.get(message.channel)?.caughtUp();
        callOut(() => options.onResync?.(message.channel));
        return;
      case 'error':
        // It may be the answer to `resume`.
        for (const listener of listeners.values()) listener.caughtUp();
        callOut(() => options.onError?.(message));
        return;
      default:
        // What has no number cannot be told from what its follower says already.
        if (!isNewest && !('seq' in message)) return;
        for (const listener of listeners.values()) if (isOn(listener.channel, message)) listener.hear(message);
        if (!isKnown(message)) callOut(() => options.onUnknown?.(message));
    }
  }

  function resume(name: string): void {
    const listener = listeners.get(name);
    const seq = listener?.position() ?? null;
    if (listener === undefined || seq === null || !listener.channel.history) return;
    listener.catchUp();
    keeper.say({ type: 'resume', channel: name, seq });
  }

  function substitute(): void {
    for (const [name, listener] of listeners) {
      if (substitutes.has(name)) continue;
      const started = substituteFor(origin, listener, changed, settings);
      if (started !== null) substitutes.set(name, started);
    }
  }

  function stopSubstitute(name: string): void {
    substitutes.get(name)?.stop();
    substitutes.delete(name);
  }

  const keeper = keepConnected(
    {
      address(attempt) {
        const channel = openingOf([...listeners.values()].map((listener) => listener.channel));
        if (channel === undefined) return null;
        opening = channel.name;
        return addressOf(origin, channel, attempt, settings);
      },
      hear,
      greeted() {
        for (const name of substitutes.keys()) stopSubstitute(name);
        for (const { channel } of listeners.values()) if (channel.name !== opening) keeper.say(subscriptionTo(channel));
      },
      changed,
      failed(inARow) {
        if (inARow >= timing.failuresBeforeFallback) substitute();
        return [...substitutes.values()].some(({ isLive }) => isLive()) ? timing.climbEachMs : 0;
      },
    },
    settings,
  );
  const stopWaking = onWake(() => keeper.wake());

  function subscribe<const C extends ChannelRef>(ref: C, on: (notification: NotificationOn<C>) => void): void {
    const channel = channelAt(ref);
    const tell = (notification: Notification) => {
      // What was held back may come due after the listener has left.
      if (listeners.get(channel.name) === listener && isOn<C>(channel, notification)) callOut(() => on(notification));
    };
    const listener = listenerOn(channel, tell, timing.catchUpMs);
    listeners.set(channel.name, listener);
    if (keeper.isLive()) keeper.say(subscriptionTo(channel));
    else if (listeners.size === 1) keeper.wake();
    if (substitutes.size > 0) substitute();
  }

  subscribe(options.channel, options.on);
  return {
    state,
    subscribe,
    unsubscribe(ref) {
      const { name } = channelAt(ref);
      if (!listeners.delete(name)) return;
      stopSubstitute(name);
      if (listeners.size === 0) keeper.drop();
      else if (keeper.isLive()) keeper.say({ type: 'unsubscribe', channel: name });
    },
    close() {
      closed = true;
      listeners.clear();
      stopWaking();
      for (const name of substitutes.keys()) stopSubstitute(name);
      keeper.close();
      changed();
    },
  };
}

const isNotification = (message: unknown): message is Notification => isMessage(message);

/** A channel that is always there, if possible: a download may be deleted, and a handshake for it refused ever after. */
const openingOf = (channels: Channel[]): Channel | undefined =>
  channels.find(({ id, socketPath }) => id === null && socketPath !== null) ??
  channels.find(({ socketPath }) => socketPath !== null);

function addressOf(origin: string, channel: Channel, attempt: number, { client, token }: Settings): string {
  const query = new URLSearchParams({ client });
  if (channel.downloadId !== null) query.set('download_id', channel.downloadId);
  if (token !== undefined) query.set('token', token);
  if (attempt > 0) query.set('attempt', String(attempt));
  return `${origin.replace(/^http/, 'ws')}${channel.socketPath ?? ''}?${query}`;
}

function subscriptionTo({ name, downloadId }: Channel): ClientMessage {
  const subscription = { type: 'subscribe', channel: name } as const;
  return downloadId === null ? subscription : { ...subscription, download_id: downloadId };
}
