import { announcer } from './announcer.js';
import { deleteDownload, listDownloads, RequestFailed } from './api.js';
import { makeCard } from './card.js';
import { confirmDeletion } from './confirm-deletion.js';
import { isOver, liveDownloads, SHOWN } from './live-downloads.js';
import { text, language, translate } from './language.js';
import { requestForm } from './request-form.js';
import { say } from './say.js';

/** Others ask for downloads too: their coming has no channel yet. */
const LOOK_EACH_MS = 5_000;

const at = (id) => document.getElementById(id);
const list = at('list');
const cards = new Map();
const announce = announcer(at('announcer'));
let contact = 'connecting';
let looking = false;
let drawing = false;

if (language === 'en') document.documentElement.lang = 'en';
translate(document);
translate(at('card').content);

const downloads = liveDownloads({
  changed: drawSoon,
  status: (view) => announce(`${view.title}: ${text.status[view.status]}`),
});
const form = requestForm(at('request'), {
  accepted: (view) => {
    downloads.add(view);
    announce(`${view.title}: ${text.status[view.status]}`);
  },
});
setInterval(look, LOOK_EACH_MS);
document.addEventListener('visibilitychange', () => {
  look().catch(reportError);
});
await look();

async function look() {
  // A page nobody sees asks for nothing.
  if (looking || document.hidden) return;
  looking = true;
  const askedAt = performance.now();
  try {
    downloads.take(await listDownloads(SHOWN), askedAt);
    contactIs('reached');
  } catch (failure) {
    if (!(failure instanceof RequestFailed)) throw failure;
    contactIs('away');
  } finally {
    looking = false;
  }
}

function contactIs(state) {
  if (state === 'away' && contact !== 'away') announce(text.connection.away);
  contact = state;
  drawSoon();
}

/** Many changes make one picture. */
function drawSoon() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(draw);
}

function draw() {
  drawing = false;
  const views = downloads.views();
  drawCards(views);
  drawConnection(downloads.links());
  say(at('count'), views.length === 0 ? '' : countOf(views));
  at('notice').hidden = views.length > 0;
  if (contact !== 'connecting') say(at('notice'), contact === 'away' ? text.unreachable : text.empty);
}

function countOf(views) {
  const running = views.filter((view) => !isOver(view)).length;
  const shown = views.length < SHOWN ? text.total(views.length) : text.newest(views.length);
  return running === 0 ? shown : shown + text.running(running);
}

function drawCards(views) {
  const ids = new Set(views.map((view) => view.id));
  for (const [id, card] of cards) {
    if (ids.has(id)) continue;
    keepFocusNear(card);
    card.element.remove();
    cards.delete(id);
  }
  for (const [index, view] of views.entries()) {
    if (!cards.has(view.id)) cards.set(view.id, makeCard(at('card'), { onDelete: askToDelete }));
    const card = cards.get(view.id);
    card.show(view);
    // Only what stands elsewhere is moved: moving an element takes its focus away.
    if (list.children[index] !== card.element) list.insertBefore(card.element, list.children[index] ?? null);
  }
}

/** Whoever works by keyboard goes on from where the card was. */
function keepFocusNear({ element }) {
  if (!element.contains(document.activeElement)) return;
  const next = element.nextElementSibling ?? element.previousElementSibling;
  (next?.querySelector('.delete') ?? at('downloads')).focus();
}

function drawConnection({ wanted, live, lost }) {
  const { state, words } = connectionOf(wanted, live, lost);
  say(at('connection'), words);
  at('connection').parentElement.dataset.state = state;
}

function connectionOf(wanted, live, lost) {
  const { connection } = text;
  if (contact !== 'reached') return { state: contact, words: connection[contact] };
  if (wanted === 0) return { state: 'idle', words: connection.idle };
  if (live === wanted) return { state: 'live', words: connection.live };
  if (lost === 0) return { state: 'connecting', words: connection.connecting };
  return { state: 'lost', words: connection.partly(live, wanted) };
}

async function askToDelete(view) {
  if (!(await confirmDeletion(at('confirm'), view))) return;
  try {
    await deleteDownload(view.id);
    downloads.remove(view.id);
    announce(text.deleted(view.title));
  } catch (failure) {
    cards.get(view.id)?.complain(text.notDeleted(failure.message));
    if (failure.status === 401) form.askForToken();
  }
}
