import { readFileSync } from 'node:fs';
import { CHANNEL_PATHS, type ChannelPath, ID_PATTERN } from '../contract/channel.ts';

/** The one stage of the WebSocket API, which is also the only path it knows. */
export const WEBSOCKET_STAGE = 'prod';

/**
 * The code CloudFront runs before each request to an API: it says who the viewer is, and turns the path of a WebSocket
 * into `?channel=&id=`, by the channels of the contract.
 */
export function edgeFunctionCode(paths: readonly ChannelPath[] = CHANNEL_PATHS): string {
  const channels = Object.fromEntries(paths.map(({ segment, channel, id }) => [segment, { channel, id }]));
  return [
    `const CHANNELS = ${JSON.stringify(channels)};`,
    `const STAGE_PATH = ${JSON.stringify(`/${WEBSOCKET_STAGE}`)};`,
    `const ID = new RegExp(${JSON.stringify(ID_PATTERN)});`,
    readFileSync(new URL('edge-function.js', import.meta.url), 'utf8'),
  ].join('\n');
}
