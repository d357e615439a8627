import { createMiddleware } from 'hono/factory';
import { API_PREFIX, routes } from '../../contract/routes.ts';
import { Refused } from './problem.ts';

const patterns = routes.map((route) => ({
  pattern: new RegExp(`^(?:${API_PREFIX})?${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  method: route.method.toUpperCase(),
  hasBody: 'request' in route && 'body' in route.request,
}));

/** Whether some method is answered at this path. */
export const isKnownPath = (path: string): boolean => patterns.some(({ pattern }) => pattern.test(path));

/** A body must say that it is JSON: a form or a text that happens to parse is a mistake better told. */
export const requireJson = createMiddleware(async (c, next) => {
  const route = patterns.find(({ method, pattern }) => method === c.req.method && pattern.test(c.req.path));
  const type = c.req.header('content-type') ?? '';
  if (route?.hasBody && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new Refused('unsupported_media_type');
  }
  await next();
});
