import type { OpenAPIHono } from '@hono/zod-openapi';
import { downloadFailures } from '../../contract/download-failure.ts';
import type { Inspection } from '../../contract/inspection.ts';
import { inspectUrl } from '../../contract/inspect-route.ts';
import { SourceFailed } from '../media/source-failed.ts';
import { refuseUrl, type UrlRules } from './check-url.ts';
import { languageOf, Refused } from './problem.ts';

export type InspectApiDeps = UrlRules & {
  /** What a source offers at a URL. Throws SourceFailed. */
  inspect: (url: string, signal: AbortSignal) => Promise<Inspection>;
};

/** Less than API Gateway's own 30 s, so that it is we who say what happened. */
const PATIENCE_MS = 20_000;

/** Looks before anything is downloaded; nothing is stored. */
export function inspectApi(api: OpenAPIHono, app: InspectApiDeps): void {
  api.openapi(inspectUrl, async (c) => {
    const { url } = c.req.valid('json');
    const language = languageOf(c.req.header('accept-language'));
    const refusal = refuseUrl(url, app, language);
    if (refusal !== null) throw new Refused('invalid_request', { errors: [refusal] });
    try {
      return c.json(await app.inspect(url, AbortSignal.timeout(PATIENCE_MS)), 200);
    } catch (error) {
      if (!(error instanceof SourceFailed)) throw error;
      const message = downloadFailures[error.code][language];
      throw new Refused('not_inspectable', { detail: message, errors: [{ field: 'url', code: error.code, message }] });
    }
  });
}
