import { createMiddleware } from 'hono/factory';
import { API_PREFIX, routes } from '../../contract/routes.ts';
import { Refused } from './problem.ts';

const paths = routes.map(({ path }) => new RegExp(`^(?:${API_PREFIX})?${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`));

/** Whether some method is answered at this path. */
export const isKnownPath = (path: string): boolean => paths.some((pattern) => pattern.test(path));

/** A body must say that it is JSON: a form or a text that happens to parse is a mistake better told. */
export const requireJson = createMiddleware(async (c, next) => {
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(c.req.method) && isKnownPath(c.req.path);
  const type = c.req.header('content-type') ?? '';
  if (hasBody && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type))
    throw new Refused('unsupported_media_type');
  await next();
});
