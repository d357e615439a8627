import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { MAX_FORM_BYTES } from '../../contract/import.ts';
import { API_PREFIX, MAX_BODY_BYTES, routes } from '../../contract/routes.ts';
import { Refused } from './problem.ts';

const patterns = routes.map((route) => ({
  pattern: new RegExp(`^(?:${API_PREFIX})?${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  method: route.method.toUpperCase(),
  bodies: 'request' in route && 'body' in route.request ? Object.keys(route.request.body.content) : [],
}));

/** Whether some method is answered at this path. */
export const isKnownPath = (path: string): boolean => patterns.some(({ pattern }) => pattern.test(path));

const bodiesAt = ({ method, path }: { method: string; path: string }): string[] =>
  patterns.find((route) => route.method === method && route.pattern.test(path))?.bodies ?? [];
const takesForm = (request: { method: string; path: string }) => bodiesAt(request).includes('multipart/form-data');

/** A body must say what it is: a form or a text that happens to parse as JSON is a mistake better told. */
export const requireMediaType = createMiddleware(async (c, next) => {
  const type = c.req.header('content-type') ?? '';
  if (takesForm(c.req)) {
    if (!/^multipart\/form-data\s*(?:;|$)/i.test(type)) throw new Refused('multipart_required');
  } else if (bodiesAt(c.req).length > 0 && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new Refused('unsupported_media_type');
  }
  await next();
});

/** What a form has beside its file: its fields and the lines between its parts. */
const FORM_EXTRA_BYTES = 64 * 1024;

const limitJson = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Refused('payload_too_large', { detail: `at most ${MAX_BODY_BYTES} bytes` });
  },
});
const limitForm = bodyLimit({
  maxSize: MAX_FORM_BYTES + FORM_EXTRA_BYTES,
  onError: () => {
    throw fileTooLarge();
  },
});
export const fileTooLarge = () =>
  new Refused('file_too_large', {
    detail: `at most ${MAX_FORM_BYTES} bytes; POST /uploads/presign takes larger files`,
  });

export const limitBody = createMiddleware((c, next) => (takesForm(c.req) ? limitForm(c, next) : limitJson(c, next)));
