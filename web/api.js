import { language, text } from './language.js';

const ANSWER_WITHIN_MS = 15_000;

let accessToken = '';
export const useAccessToken = (token) => {
  accessToken = token;
};

/** Why a request was not done, in the reader's words. `status` 0: no answer came. */
export class RequestFailed extends Error {
  constructor(status, problem, options) {
    super(sentenceOf(status, problem), options);
    this.status = status;
  }
}

function sentenceOf(status, problem) {
  if (status === 0) return text.unreachable;
  if (typeof problem?.title !== 'string') return text.unexpected(status);
  const fields = Array.isArray(problem.errors) ? problem.errors.map((error) => error.message) : [];
  return [problem.title, ...fields].join(' ');
}

/** The newest downloads, newest first. */
export const listDownloads = async (limit) => (await call('GET', `/downloads?limit=${limit}`)).downloads;

/** Null: there is no such download. */
export async function getDownload(id) {
  try {
    return await call('GET', pathOf(id));
  } catch (error) {
    if (error instanceof RequestFailed && error.status === 404) return null;
    throw error;
  }
}

/** The same key with the same address asks for the same download, however often it is sent. */
export const requestDownload = (url, key) => call('POST', '/downloads', { url }, { 'idempotency-key': key });

/** Deleting what is gone already is no error. */
export async function deleteDownload(id) {
  try {
    await call('DELETE', pathOf(id));
  } catch (error) {
    if (!(error instanceof RequestFailed && error.status === 404)) throw error;
  }
}

const pathOf = (id) => `/downloads/${encodeURIComponent(id)}`;

async function call(method, path, body, extra = {}) {
  const headers = { accept: 'application/json', 'accept-language': language, ...extra };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (accessToken !== '' && method !== 'GET') headers.authorization = `Bearer ${accessToken}`;
  const { response, content } = await answerTo(path, {
    method,
    headers,
    body: JSON.stringify(body),
    cache: 'no-store',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  const answer = parse(content);
  if (!response.ok || (answer === null && response.status !== 204)) throw new RequestFailed(response.status, answer);
  return answer;
}

async function answerTo(path, request) {
  try {
    const response = await fetch(path, request);
    return { response, content: await response.text() };
  } catch (error) {
    throw new RequestFailed(0, null, { cause: error });
  }
}

function parse(content) {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
