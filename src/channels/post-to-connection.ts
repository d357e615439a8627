import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, errors } from 'undici';
import { type Credentials, signPosts } from './sign-post.ts';
import { takingTurns } from './taking-turns.ts';

export type PostToConnectionDeps = {
  /** The stage's own address: posting through CloudFront does not work (aws-sdk-js-v3#1830). */
  callbackUrl: string;
  region: () => Promise<string>;
  /** Asked before each request, so that it may rotate; it should remember. */
  credentials: () => Promise<Credentials>;
  now: () => Date;
};

export type Posted = 'sent' | 'gone' | 'throttled';

/** API Gateway refused a post, and would again: no rights, too large, or failing twice. */
export class PostRefused extends Error {
  override readonly name = 'PostRefused';
  readonly status: number;
  constructor(status: number, detail: string) {
    super(`API Gateway answered ${status}: ${detail}`);
    this.status = status;
  }
}

/** Requests under way at a time, each with a socket of its own, however many listen. */
const AT_ONCE = 200;
const TIMEOUTS = { connectTimeout: 2000, headersTimeout: 5000, bodyTimeout: 5000 };
/** From one tick of a dashboard to the next, with room. */
const KEEP_ALIVE_MS = 20_000;
const THROTTLED_TRIES = 3;
const THROTTLED_MS = 200;
const FAILED_TRIES = 2;
const TEXTS_REMEMBERED = 16;
const DETAIL_CHARACTERS = 500;

type Body = { bytes: Buffer; sha256: string };
type Answer = { status: number; detail: string };

/**
 * Posts texts to WebSocket connections at a small part of the SDK's cost (docs/decisions/020). The same text to many connections
 * is encoded and hashed once. A failure is tried once more, on a fresh connection, so a text may arrive twice; a throttled post
 * is tried three times within about a second. Rejects with `PostRefused`, or with why there was no answer.
 */
export function postToConnection(deps: PostToConnectionDeps): (connectionId: string, text: string) => Promise<Posted> {
  const url = new URL(deps.callbackUrl);
  const sign = signPosts(url);
  const bodyOf = remembered(TEXTS_REMEMBERED, (text) => {
    const bytes = Buffer.from(text);
    return { bytes, sha256: hash('sha256', bytes) };
  });
  const clients = takingTurns(AT_ONCE, () => new Client(url.origin, { ...TIMEOUTS, keepAliveTimeout: KEEP_ALIVE_MS }));

  const ask = async (client: Client, connectionId: string, { bytes, sha256 }: Body): Promise<Answer> => {
    const [region, credentials] = await Promise.all([deps.region(), deps.credentials()]);
    return answerTo(client, { ...sign(connectionId, sha256, { region, credentials, now: deps.now() }), bytes });
  };

  return async (connectionId, text) => {
    const body = bodyOf(text);
    const client = await clients.take();
    try {
      return await untilAnswered(() => ask(client, connectionId, body));
    } finally {
      clients.give(client);
    }
  };
}

async function untilAnswered(ask: () => Promise<Answer>): Promise<Posted> {
  let throttled = 0;
  for (let failed = 1; ;) {
    try {
      const { status, detail } = await ask();
      if (status < 300) return 'sent';
      if (status === 410) return 'gone';
      if (status !== 429) throw new PostRefused(status, detail);
      throttled += 1;
      if (throttled === THROTTLED_TRIES) return 'throttled';
      await sleep(Math.random() * THROTTLED_MS * 2 ** throttled);
    } catch (error) {
      if (failed === FAILED_TRIES || !mayPass(error)) throw error;
      failed += 1;
    }
  }
}

/** Whoever was not answered within 5 s has most likely been heard, and holds up the others. */
function mayPass(error: unknown): boolean {
  if (error instanceof PostRefused) return error.status >= 500;
  return !(error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError);
}

/** What the gateway answers, the detail only when it refuses. */
function answerTo(
  client: Client,
  { path, headers, bytes }: { path: string; headers: string[]; bytes: Buffer },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let detail = '';
    // Not `client.request`: a readable stream for an empty answer costs more than the signature.
    client.dispatch(
      { method: 'POST', path, headers, body: bytes },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, statusCode) => void (status = statusCode),
        onResponseData: (_controller, chunk) => {
          if (status >= 300 && detail.length < DETAIL_CHARACTERS) detail += chunk.toString();
        },
        onResponseEnd: () => resolve({ status, detail: detail.slice(0, DETAIL_CHARACTERS) }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

/** Remembers the results of the last few texts. */
function remembered<T>(most: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = make(text);
    known.set(text, made);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return made;
  };
}
