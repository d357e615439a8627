import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as z from 'zod';

export type HttpAnswer = { status: number; headers: Record<string, string>; cookies: string[]; body: Buffer };

const structuredResult = z.object({
  statusCode: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{3}$/)
        .transform(Number),
    ])
    .pipe(z.number().int().min(200).max(599)),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** Headers a gateway writes itself, whatever the function says. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding', 'upgrade']);

/**
 * What a function's result means as an HTTP answer, by the rules of payload format 2.0: with a `statusCode` it is taken
 * apart, without one it is the body itself. Null: the result is malformed.
 */
export function httpAnswer(payload: string, defaultType: string): HttpAnswer | null {
  const result: unknown = JSON.parse(payload === '' ? 'null' : payload);
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const body = Buffer.from(typeof result === 'string' ? result : payload);
    return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body };
  }
  const parsed = structuredResult.safeParse(result);
  if (!parsed.success) return null;
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const fields = functionHeaders(headers ?? {}, cookies ?? []);
  if (fields === null) return null;
  return {
    status: statusCode,
    headers: { 'content-type': defaultType, ...fields },
    cookies: cookies ?? [],
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** The headers a function gave, lower-case, without the gateway's own. Null: one of them could not be sent. */
export function functionHeaders(headers: Record<string, string>, cookies: string[]): Record<string, string> | null {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    for (const cookie of cookies) validateHeaderValue('set-cookie', cookie);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(lower.filter(([name]) => !OWN_HEADERS.has(name)));
}
