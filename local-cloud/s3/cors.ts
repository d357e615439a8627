import type { IncomingHttpHeaders } from 'node:http';
import type { CorsRule } from './bucket-settings.ts';
import { S3Error } from './s3-error.ts';

type Asked = { origin: string; method: string; headers: string[] };

/** The CORS headers of an actual answer: none when the request has no origin or no rule knows it. */
export function corsHeaders(rules: CorsRule[], method: string, headers: IncomingHttpHeaders): Record<string, string> {
  if (headers.origin === undefined) return {};
  const asked: Asked = { origin: headers.origin, method, headers: [] };
  const rule = rules.find((rule) => allows(rule, asked));
  return rule === undefined ? {} : answer(rule, asked);
}

/** Answers a preflight, which nobody signs. Throws when it lacks something or no rule allows it. */
export function preflight(rules: CorsRule[], headers: IncomingHttpHeaders): Record<string, string> {
  const { origin, 'access-control-request-method': method, 'access-control-request-headers': names } = headers;
  if (origin === undefined) throw insufficient('Origin request header needed.');
  if (method === undefined || !/^(GET|PUT|HEAD|POST|DELETE)$/.test(method))
    throw insufficient(`Invalid Access-Control-Request-Method: ${method ?? 'null'}`);
  const asked: Asked = {
    origin,
    method,
    headers: (names ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
  };
  const rule = rules.find((rule) => allows(rule, asked));
  if (rule === undefined)
    throw new S3Error(
      'AccessForbidden',
      403,
      rules.length === 0
        ? 'CORSResponse: CORS is not enabled for this bucket.'
        : 'CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource CORS spec.',
    );
  return {
    ...answer(rule, asked),
    ...(asked.headers.length > 0 ? { 'access-control-allow-headers': asked.headers.join(', ') } : {}),
  };
}

function allows(rule: CorsRule, { origin, method, headers }: Asked): boolean {
  return (
    rule.allowedMethods.some((allowed) => allowed === method) &&
    rule.allowedOrigins.some((allowed) => isLike(allowed, origin)) &&
    headers.every((name) => rule.allowedHeaders?.some((allowed) => isLike(allowed.toLowerCase(), name)) ?? false)
  );
}

function answer(rule: CorsRule, { origin }: Asked): Record<string, string> {
  const anyOrigin = rule.allowedOrigins.includes('*');
  return {
    'access-control-allow-origin': anyOrigin ? '*' : origin,
    'access-control-allow-methods': rule.allowedMethods.join(', '),
    ...(anyOrigin ? {} : { 'access-control-allow-credentials': 'true' }),
    ...(rule.exposeHeaders === undefined || rule.exposeHeaders.length === 0
      ? {}
      : { 'access-control-expose-headers': rule.exposeHeaders.join(', ') }),
    ...(rule.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(rule.maxAgeSeconds) }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

/** Patterns have at most one `*`. */
function isLike(pattern: string, text: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === text;
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

function insufficient(what: string): S3Error {
  return new S3Error('BadRequest', 400, `Insufficient information. ${what}`);
}
