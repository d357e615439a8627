import { isOver } from './live-downloads.js';
import { bytes, bytesPerSecond, duration, percent } from './format.js';
import { text } from './language.js';
import { say, set } from './say.js';

const PLACEHOLDER = '/thumbnail.svg';

/** The card of one download. Whatever a source calls itself, it is shown as text. */
export function makeCard(template, { onDelete }) {
  const element = template.content.firstElementChild.cloneNode(true);
  const part = (selector) => element.querySelector(selector);
  const thumbnail = part('.thumbnail');
  const title = part('.title');
  const source = part('.source');
  const progress = part('progress');
  const facts = part('.facts').children;
  const error = part('.error');
  const file = part('.file');
  const deletion = part('.delete');
  let shown = null;

  thumbnail.addEventListener('error', () => set(thumbnail, 'src', PLACEHOLDER));
  deletion.addEventListener('click', () => onDelete(shown));

  function show(view) {
    if (view === shown) return;
    if (view.url !== shown?.url) source.replaceChildren(addressOf(view.url));
    if (view.thumbnail !== shown?.thumbnail) set(thumbnail, 'src', pictureOf(view.thumbnail));
    shown = view;
    element.dataset.status = view.status;
    say(title, view.title);
    say(part('.status'), text.status[view.status]);
    part('.track').hidden = !isUnderWay(view);
    say(part('.percent'), isMeasured(view) ? percent(view.progress) : '');
    if (isMeasured(view)) progress.value = view.progress;
    else progress.removeAttribute('value');
    set(progress, 'ariaLabel', text.progressOf(view.title));
    for (const [index, fact] of factsOf(view).entries()) say(facts[index], fact);
    error.hidden = view.error_code === null && view.error_message === null;
    say(part('.message'), view.error_message ?? '');
    say(part('code'), view.error_code ?? '');
    file.hidden = view.status !== 'completed' || hereOf(view.file_path) === null;
    if (!file.hidden) file.href = hereOf(view.file_path);
    set(file, 'ariaLabel', text.fileOf(view.title));
    set(deletion, 'ariaLabel', text.deletionOf(view.title));
  }
  /** What the reader asked for and did not get. */
  const complain = (sentence) => say(part('.complaint'), sentence);
  return { element, show, complain };
}

/** What has not begun, or is done, needs no bar; what failed shows how far it came. */
const isUnderWay = ({ status, bytes_downloaded }) =>
  status === 'downloading' || status === 'paused' || (status === 'failed' && bytes_downloaded > 0);

/** A download under way whose size nobody knows has no percentage. */
const isMeasured = (view) => view.bytes_total !== null || view.status !== 'downloading';

/** What is being done, how much is there, how fast it goes, and for how long. */
function factsOf(view) {
  const running = view.status === 'downloading';
  const took = view.status === 'completed' && view.started_at !== null && view.completed_at !== null;
  const seconds = took ? (Date.parse(view.completed_at) - Date.parse(view.started_at)) / 1000 : null;
  return [
    running && view.phase !== null ? text.phase[view.phase] : '',
    sizeOf(view),
    running && view.speed !== null ? bytesPerSecond(view.speed) : isOver(view) ? (view.format ?? '') : '',
    running && view.eta !== null ? text.left(duration(view.eta)) : took ? duration(seconds) : '',
  ];
}

function sizeOf({ status, file_size, bytes_downloaded, bytes_total }) {
  if (status === 'completed') return file_size === null ? '' : bytes(file_size);
  if (bytes_total !== null) return text.sizeOf(bytes(bytes_downloaded), bytes(bytes_total));
  return bytes_downloaded === 0 ? '' : text.sizeUnknown(bytes(bytes_downloaded));
}

/** A link only where following it is harmless: `javascript:` and its like stay text. */
function addressOf(url) {
  const address = parse(url);
  if (address?.protocol !== 'http:' && address?.protocol !== 'https:') return document.createTextNode(url);
  const link = document.createElement('a');
  link.href = address.href;
  link.rel = 'noopener noreferrer nofollow';
  link.target = '_blank';
  link.textContent = url;
  return link;
}

/** Pictures of this site by their path, whatever name the reader came by; others only over https. */
function pictureOf(thumbnail) {
  const address = parse(thumbnail);
  if (address === null || address.pathname === PLACEHOLDER) return PLACEHOLDER;
  return address.protocol === 'https:' || address.origin === location.origin ? address.href : PLACEHOLDER;
}

function hereOf(path) {
  const address = path === null ? null : parse(path);
  return address?.origin === location.origin ? address.href : null;
}

function parse(address) {
  try {
    return new URL(address, location.origin);
  } catch {
    return null;
  }
}
