import type * as z from 'zod';
import { problem } from '../../../contract/problem.ts';
import { currentLanguage } from '../language/i18n.ts';
import { withToken } from './access-token.ts';
import { RequestFailed } from './request-failed.ts';

const ANSWER_WITHIN_MS = 30_000;

export type Call = {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** The same key and body ask for the same, however often they are sent. */
  idempotencyKey?: string;
  ifMatch?: number;
  signal?: AbortSignal;
  /** It is sent though the page is left. */
  keepalive?: boolean;
};

/** Asks the API; what it answers went through the contract's schema. Throws RequestFailed. */
export async function call<T extends z.ZodType>(schema: T, path: string, request: Call = {}): Promise<z.infer<T>> {
  const { status, ok, content } = await send(path, request);
  if (!ok) throw new RequestFailed(status, problem.safeParse(content).data ?? null);
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new RequestFailed(status, null, { cause: parsed.error });
  return parsed.data;
}

/** For answers that say nothing. */
export async function callForNothing(path: string, request: Call): Promise<void> {
  const { status, ok, content } = await send(path, request);
  if (!ok) throw new RequestFailed(status, problem.safeParse(content).data ?? null);
}

type Answer = { status: number; ok: boolean; content: unknown };

const send = (path: string, request: Call): Promise<Answer> => withToken((token) => sendWith(token, path, request));

async function sendWith(token: string, path: string, request: Call): Promise<Answer> {
  try {
    const response = await fetch(path, {
      method: request.method ?? 'GET',
      headers: headersOf(request, token),
      cache: 'no-store',
      keepalive: request.keepalive ?? false,
      signal: AbortSignal.any([AbortSignal.timeout(ANSWER_WITHIN_MS), ...(request.signal ? [request.signal] : [])]),
      ...(request.body !== undefined && {
        body: request.body instanceof FormData ? request.body : JSON.stringify(request.body),
      }),
    });
    return { status: response.status, ok: response.ok, content: parse(await response.text()) };
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new RequestFailed(0, null, { cause: error });
  }
}

function headersOf({ method = 'GET', body, idempotencyKey, ifMatch }: Call, token: string): Record<string, string> {
  return {
    accept: 'application/json',
    'accept-language': currentLanguage(),
    ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    ...(token !== '' && method !== 'GET' && { authorization: `Bearer ${token}` }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
