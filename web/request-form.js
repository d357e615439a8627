import { requestDownload, useAccessToken } from './api.js';
import { text } from './language.js';

/** The form that asks for a download; `accepted(view)` runs for each that was accepted. */
export function requestForm(form, { accepted }) {
  const url = form.querySelector('#url');
  const error = form.querySelector('#url-error');
  const access = form.querySelector('#access');
  const token = form.querySelector('#token');
  const button = form.querySelector('button');
  let attempt = { url: '', key: '' };
  let sending = false;

  form.addEventListener('submit', async (submission) => {
    submission.preventDefault();
    if (sending) return;
    const wanted = url.value.trim();
    if (wanted === '') return refuse(text.emptyUrl);
    refuse('');
    // Sent again because no answer came, it must not become a second download.
    if (attempt.url !== wanted) attempt = { url: wanted, key: newKey() };
    busy(true);
    try {
      accepted(await requestDownload(wanted, attempt.key));
      attempt = { url: '', key: '' };
      url.value = '';
      access.hidden = true;
    } catch (failure) {
      refuse(failure.message, failure.status === 400);
      if (failure.status === 401) askForToken();
    } finally {
      busy(false);
    }
  });
  url.addEventListener('input', () => refuse(''));
  token.addEventListener('input', () => useAccessToken(token.value.trim()));

  // Not `disabled`: that would take the focus away.
  function busy(now) {
    sending = now;
    button.ariaDisabled = String(now);
  }

  function refuse(reason, isFieldWrong = reason !== '') {
    error.textContent = reason;
    url.ariaInvalid = String(isFieldWrong);
    if (isFieldWrong) url.focus();
  }

  function askForToken() {
    access.hidden = false;
    token.focus();
  }
  return { askForToken };
}

/** `crypto.randomUUID` is missing where the page came over plain http from another machine. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
