import { RequestFailed } from '../api/request-failed.ts';

/** Posts a form, telling how much of it has left: `fetch` tells nothing of that. Throws RequestFailed. */
export function sendForm(url: string, form: FormData, sent: (part: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.upload.addEventListener('progress', ({ loaded, total }) => sent(total === 0 ? 0 : loaded / total));
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new RequestFailed(request.status, null));
    });
    request.addEventListener('error', () => reject(new RequestFailed(0, null)));
    request.send(form);
  });
}
