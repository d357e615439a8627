const PING_EACH_MS = 5 * 60_000;
const ANSWER_WITHIN_MS = 15_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Keeps a WebSocket open to one download until `signal` aborts. `hears.greeted` and `hears.lost` tell whether it is live,
 * `hears.update` each notification newer than the last; `hears.refresh` is awaited before each reconnection.
 */
export async function follow(id, hears, signal) {
  for (let failures = 0; !signal.aborted;) {
    const greeted = await listen(id, hears, signal);
    if (signal.aborted) return;
    hears.lost();
    failures = greeted ? 1 : failures + 1;
    await pause(Math.random() * Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures), signal);
    if (!signal.aborted) await hears.refresh();
  }
}

/** One connection from its opening to its end; whether the server has greeted it. */
function listen(id, hears, signal) {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws/downloads/${encodeURIComponent(id)}`);
    let greeted = false;
    let deadline = 0;
    const end = () => {
      clearInterval(pings);
      clearTimeout(deadline);
      signal.removeEventListener('abort', end);
      socket.onmessage = socket.onclose = null;
      socket.close();
      resolve(greeted);
    };
    // A connection that died silently never closes by itself: silence where an answer is due ends it.
    const expectAnswer = () => {
      clearTimeout(deadline);
      deadline = setTimeout(end, ANSWER_WITHIN_MS);
    };
    const pings = setInterval(() => {
      socket.send(JSON.stringify({ type: 'ping', timestamp: new Date().toISOString() }));
      expectAnswer();
    }, PING_EACH_MS);
    expectAnswer();
    socket.onclose = end;
    socket.onmessage = ({ data }) => {
      const message = parse(data);
      clearTimeout(deadline);
      if (!greeted) hears.greeted();
      greeted = true;
      if (message?.type === 'download_update' && message.download_id === id) hears.update(message);
    };
    signal.addEventListener('abort', end);
  });
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/** Ends early when the network comes back, or the signal aborts. */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}
