import { readFileSync } from 'node:fs';
import { CHANNEL_PATHS, CHANNELS, ID_PATTERN } from '../contract/channel.ts';

/** The one stage of the WebSocket API, which is also the only path it knows. */
export const WEBSOCKET_STAGE = 'prod';

/**
 * The code CloudFront runs before each request to an API: it says who the viewer is, and turns the path of a WebSocket
 * into `?channel=&id=`, by the channels of the contract.
 */
export function edgeFunctionCode(): string {
  const channels = Object.fromEntries(
    CHANNEL_PATHS.map(({ path, channel }) => [path, { channel, id: CHANNELS[channel].id }]),
  );
  return [
    `const CHANNELS = ${JSON.stringify(channels)};`,
    `const STAGE_PATH = ${JSON.stringify(`/${WEBSOCKET_STAGE}`)};`,
    `const ID = new RegExp(${JSON.stringify(ID_PATTERN)});`,
    readFileSync(new URL('edge-function.js', import.meta.url), 'utf8'),
  ].join('\n');
}
