import { createMiddleware } from 'hono/factory';
import { isSameSecret } from '../same-secret.ts';
import { Refused } from './problem.ts';

export type AccessDeps = {
  /** What only the site's CloudFront knows. */
  originKey: string;
  /** The token that writes need; null: everybody may write. */
  accessToken: () => Promise<string | null>;
};

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Requests must come through the site (`/health` may be asked directly), and writes must bring the token when there is one. */
export const access = (app: AccessDeps) =>
  createMiddleware(async (c, next) => {
    if (!c.req.path.endsWith('/health') && !isSameSecret(c.req.header('x-origin-key'), app.originKey)) {
      throw new Refused('origin_required');
    }
    if (!READS.has(c.req.method)) {
      const token = await app.accessToken();
      const given = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
      if (token !== null && !isSameSecret(given, token)) throw new Refused('unauthorized');
    }
    await next();
  });
