import type { Hono } from 'hono';
// Marked for removal in Hono 5, with no successor published yet: this file is all that knows it.
import { handle } from 'hono/aws-lambda';

/** The edge of an HTTP API (payload 2.0) or of a function URL. */
export const http = (app: Hono) => handle(app);
