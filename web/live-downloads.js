import { getDownload, RequestFailed } from './api.js';
import { follow } from './follow.js';

export const SHOWN = 20;

const OVER = ['completed', 'failed', 'cancelled'];
export const isOver = (view) => OVER.includes(view.status);

/** A list is made from an index that may lag behind: it is not believed when it lacks what was made this recently. */
const INDEX_LAG_MS = 5_000;

/**
 * What this page knows of the newest downloads, kept live: each that is not over has a WebSocket. `tell.changed` runs after each
 * change, `tell.status(view)` when a download that was known has another status.
 */
export function liveDownloads(tell) {
  const entries = new Map();
  const deleted = new Set();

  function put(view) {
    const entry = entries.get(view.id);
    const before = entry.view;
    entry.view = view;
    if (isOver(view)) entry.stop();
    else if (entry.link === 'none') start(view.id, entry);
    if (before !== null && before.status !== view.status) tell.status(view);
    tell.changed();
  }

  function start(id, entry) {
    const controller = new AbortController();
    entry.link = 'connecting';
    entry.stop = () => {
      controller.abort();
      entry.link = 'none';
    };
    const hears = {
      greeted: () => linkIs(entry, 'live'),
      lost: () => linkIs(entry, 'lost'),
      update: (message) => hear(entry, message),
      refresh: () => refresh(id),
    };
    follow(id, hears, controller.signal);
  }

  function linkIs(entry, link) {
    entry.link = link;
    tell.changed();
  }

  function hear(entry, { seq, data, download_id: id }) {
    if (!(seq >= entry.seq) || entries.get(id) !== entry) return;
    entry.seq = seq;
    entry.heardAt = performance.now();
    if (data.error_code === 'deleted') return remove(id);
    put({ ...entry.view, ...data });
    // The API says more than a notification does (when it began and ended), and in the reader's language.
    if (OVER.includes(data.status)) refresh(id).catch(reportError);
  }

  /** What was asked for before something newer was heard says nothing new; and what is over stays over. */
  function isStale(entry, view, askedAt) {
    return entry.heardAt > askedAt || (entry.view !== null && isOver(entry.view) && !isOver(view));
  }

  async function refresh(id) {
    const askedAt = performance.now();
    let view;
    try {
      view = await getDownload(id);
    } catch (error) {
      // The next list, or the next reconnection, tries again.
      if (error instanceof RequestFailed) return;
      throw error;
    }
    const entry = entries.get(id);
    if (entry === undefined) return;
    if (view === null) forget(id);
    else if (!isStale(entry, view, askedAt)) put(view);
  }

  function learn(view, askedAt, knownAt = -Infinity) {
    if (deleted.has(view.id)) return;
    if (!entries.has(view.id)) {
      entries.set(view.id, { view: null, seq: 0, heardAt: -Infinity, knownAt, link: 'none', stop() {} });
    }
    const entry = entries.get(view.id);
    // What is live knows better than an index that lags, unless the index already knows the end.
    if ((entry.link !== 'live' || isOver(view)) && !isStale(entry, view, askedAt)) put(view);
  }

  function forget(id) {
    const entry = entries.get(id);
    if (entry === undefined) return;
    entry.stop();
    entries.delete(id);
    tell.changed();
  }

  /** For good: a list that was asked for before does not bring it back. */
  function remove(id) {
    deleted.add(id);
    forget(id);
  }

  return {
    remove,
    /** Takes the newest downloads as they were asked for at `askedAt`, a `performance.now()`. */
    take(views, askedAt) {
      for (const view of views) learn(view, askedAt);
      const listed = new Set(views.map((view) => view.id));
      for (const [id, entry] of entries) {
        if (!listed.has(id) && entry.knownAt < askedAt - INDEX_LAG_MS) forget(id);
      }
      tell.changed();
    },
    /** A download that was just accepted; the answer to a repeated request may be older than what is known. */
    add(view) {
      if (!entries.has(view.id)) learn(view, performance.now(), performance.now());
    },
    /** Newest first. */
    views() {
      const views = [...entries.values()].map((entry) => entry.view);
      return views.sort((a, b) => order(b.created_at, a.created_at) || order(b.id, a.id));
    },
    /** How many WebSockets there should be, how many are live, and how many were lost. */
    links() {
      const links = [...entries.values()].map((entry) => entry.link).filter((link) => link !== 'none');
      const count = (wanted) => links.filter((link) => link === wanted).length;
      return { wanted: links.length, live: count('live'), lost: count('lost') };
    },
  };
}

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
