import { connect } from './assets/fasttrack-client.js';

/**
 * Listens to one download until `signal` aborts. `hears.greeted` and `hears.lost` tell whether it is live, `hears.update` each
 * notification newer than the last; `hears.refresh` runs at a loss and with each try, for what is deleted tells nothing any more.
 */
export function follow(id, hears, signal) {
  const client = connect({
    url: location.origin,
    channel: { download: id },
    on: hears.update,
    onState({ status, nextTryAt }) {
      if (status === 'live') hears.greeted();
      if (status !== 'reconnecting' && status !== 'offline') return;
      hears.lost();
      if (nextTryAt === null) hears.refresh().catch(reportError);
    },
  });
  signal.addEventListener('abort', client.close);
}
