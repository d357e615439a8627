import { connect } from './assets/fasttrack-client.js';

/** Who listens to which download. All share one connection: an address may not have many. */
const followers = new Map();
let client = null;

/**
 * Listens to one download until `signal` aborts. `hears.greeted` and `hears.lost` tell whether it is live, `hears.update` each
 * notification newer than the last; `hears.refresh` runs at a loss and with each try, for what is deleted tells nothing any more.
 */
export function follow(id, hears, signal) {
  const channel = { download: id };
  followers.set(id, hears);
  signal.addEventListener('abort', () => {
    followers.delete(id);
    client.unsubscribe(channel);
  });
  if (client === null) {
    client = connect({ url: location.origin, channel, on: hears.update, onState: tellAll });
    return;
  }
  client.subscribe(channel, hears.update);
  if (client.state().status === 'live') hears.greeted();
}

function tellAll({ status, nextTryAt }) {
  for (const hears of followers.values()) {
    if (status === 'live') hears.greeted();
    if (status !== 'reconnecting' && status !== 'offline') continue;
    hears.lost();
    if (nextTryAt === null) hears.refresh().catch(reportError);
  }
}
