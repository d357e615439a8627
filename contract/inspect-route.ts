import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { inspection } from './inspection.ts';
import { invalid, json, problemOf, requestedUrl } from './route-parts.ts';

export const inspectUrl = createRoute({
  method: 'post',
  path: '/downloads/inspect',
  tags: ['downloads'],
  summary: 'What there is to download at a URL; nothing is stored',
  request: {
    body: {
      required: true,
      content: {
        'application/json': { schema: z.strictObject({ url: requestedUrl }).meta({ id: 'InspectRequest' }) },
      },
    },
  },
  responses: {
    200: json(inspection, 'Title, picture, duration, formats, and the qualities that can be asked for.'),
    400: invalid,
    415: problemOf('The body is not JSON.'),
    422: problemOf('The source does not give it to us; `errors` says why, with a code of a failed download.'),
  },
});
