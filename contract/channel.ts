/**
 * What a WebSocket path listens to: `/ws/{segment}` or `/ws/{segment}/{id}`. The edge function turns the path into
 * `?channel={channel}&id={id}`, because a WebSocket API knows no paths.
 */
export type ChannelPath = { segment: string; channel: string; id: 'required' | 'none' };

export const CHANNEL_PATHS = [
  { segment: 'downloads', channel: 'download', id: 'required' },
] as const satisfies readonly ChannelPath[];

/** Ids in a WebSocket path; the same characters as `downloadId`. */
export const ID_PATTERN = '^[A-Za-z0-9_-]{1,64}$';

export const downloadChannel = (id: string): string => `download:${id}`;

/** The channel of one connection alone: its news wakes the greeter. */
export const connectionChannel = (connectionId: string): string => `${CONNECTION_CHANNEL_PREFIX}${connectionId}`;
export const CONNECTION_CHANNEL_PREFIX = 'connection:';
