import { createContext, useContext, useEffect, useEffectEvent } from 'react';
import { channelAt, type ChannelRef, type NotificationOn } from '../../../client/channel.ts';
import type { Live } from './live.ts';
import { useObservable } from './observable.ts';

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error('There is no connection around this.');
  return live;
}

/** Hears a channel while the component is there; null hears nothing. */
export function useChannel<const C extends ChannelRef>(ref: C | null, on: (notification: NotificationOn<C>) => void) {
  const live = useLive();
  const hear = useEffectEvent(on);
  const name = ref === null ? null : channelAt(ref).name;
  useEffect(
    () => (ref === null ? undefined : live.listen(ref, (notification) => hear(notification))),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- a channel is known by its name.
    [live, name],
  );
}

export const useConnectionState = () => useObservable(useLive().state);
/** False: what is shown may be old. */
export const useIsLive = () => useConnectionState().status === 'live';
