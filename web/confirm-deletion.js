import { isOver } from './live-downloads.js';
import { text } from './language.js';

/** Asks before something is lost; nothing is lost with a download that failed or was cancelled. */
export function confirmDeletion(dialog, view) {
  if (view.status === 'failed' || view.status === 'cancelled') return Promise.resolve(true);
  dialog.querySelector('.title').textContent = view.title;
  dialog.querySelector('#confirm-consequence').textContent = isOver(view) ? text.losesFile : text.stops;
  dialog.returnValue = 'keep';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'delete'), { once: true });
  });
}
