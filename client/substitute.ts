import { openEventStream } from './event-stream.ts';
import { notificationOf, stateOf } from './flat-event.ts';
import type { Listener } from './listener.ts';
import { poll } from './polling.ts';
import type { Settings } from './settings.ts';

export type Substitute = { transport: () => 'sse' | 'polling'; isLive: () => boolean; stop: () => void };

/**
 * Listens to one channel without a WebSocket: by its server-sent events, and once these fail or are over by asking for its state.
 * Null: this channel can be heard by WebSocket only.
 */
export function substituteFor(
  origin: string,
  listener: Listener,
  changed: () => void,
  settings: Settings,
): Substitute | null {
  const { channel } = listener;
  if (channel.statePath === null) return null;
  const query = channel.downloadId === null ? '' : `?download_id=${encodeURIComponent(channel.downloadId)}`;
  const address = origin + channel.statePath;
  let transport: 'sse' | 'polling' = 'sse';
  let isLive = false;
  let stop = () => {};

  function liveIs(now: boolean): void {
    isLive = now;
    changed();
  }

  function ask(): void {
    transport = 'polling';
    const hears = {
      answer(body: unknown) {
        const seq = listener.last()?.seq ?? 0;
        const state = stateOf(channel, body, seq);
        if (state !== null) listener.hearState(state);
        liveIs(state !== null);
      },
      failed(status: number) {
        if (status === 404) tellDeleted(listener);
        liveIs(false);
      },
    };
    stop = poll(address + query, hears, settings);
  }

  function stream(): void {
    const hears = {
      event(data: unknown, id: string) {
        const notification = notificationOf(data, id);
        if (notification === 'over') {
          stop();
          return ask();
        }
        if (notification !== null) listener.hear(notification);
        liveIs(true);
      },
      failed() {
        liveIs(false);
        ask();
      },
    };
    const end = openEventStream(`${address}/stream${query}`, hears, settings);
    // It may have failed already, and asking has begun.
    if (transport === 'sse') stop = end;
  }

  stream();
  return { transport: () => transport, isLive: () => isLive, stop: () => stop() };
}

/** A download that was there and is not any more: as the server tells it over a WebSocket. */
function tellDeleted(listener: Listener): void {
  const last = listener.last();
  if (last === null) return;
  const end = { status: 'cancelled', phase: null, speed: null, eta: null, error_code: 'deleted' } as const;
  listener.hearState({ ...last, data: { ...last.data, ...end }, timestamp: new Date().toISOString() });
}
