import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { downloadId } from './download.ts';
import { downloadHistory } from './download-history.ts';
import { invalid, json } from './route-parts.ts';
import { connectionCounts, dashboard, downloadStats, queueStats } from './snapshot.ts';

const aboutDownload = z.object({
  download_id: downloadId.optional().meta({ description: 'Whose place in the queue to tell.' }),
});

export const getQueue = createRoute({
  method: 'get',
  path: '/downloads/queue',
  tags: ['live'],
  summary: 'How many downloads there are, by status',
  request: { query: aboutDownload },
  responses: { 200: json(queueStats, 'As it is now.'), 400: invalid },
});

export const getStats = createRoute({
  method: 'get',
  path: '/downloads/stats',
  tags: ['live'],
  summary: 'What has been downloaded, and how much of it lately',
  responses: { 200: json(downloadStats, 'As it is now.') },
});

export const getHistory = createRoute({
  method: 'get',
  path: '/downloads/stats/history',
  tags: ['live'],
  summary: 'What was requested, completed and failed, by hour and by day',
  responses: { 200: json(downloadHistory, 'As it is now.') },
});

export const getDashboard = createRoute({
  method: 'get',
  path: '/downloads/dashboard',
  tags: ['live'],
  summary: 'Everything at a glance: downloads in progress, queue, statistics',
  responses: { 200: json(dashboard, 'As it is now.') },
});

export const getConnections = createRoute({
  method: 'get',
  path: '/ws/connections',
  tags: ['live'],
  summary: 'How many WebSocket connections listen, by channel',
  responses: { 200: json(connectionCounts, 'As it is now.') },
});

/** Answered by the streaming function behind the same origin, not by the HTTP API. */
const stream = <Q extends z.ZodObject>(path: string, summary: string, query: Q) =>
  createRoute({
    method: 'get',
    path,
    tags: ['live'],
    summary,
    request: { query, headers: z.object({ 'last-event-id': z.string().optional() }) },
    responses: {
      200: {
        description: 'A stream that ends before 55 s, to be resumed.',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      400: invalid,
    },
  });
export const streamQueue = stream('/downloads/queue/stream', 'Server-sent events of the queue', aboutDownload);
export const streamStats = stream('/downloads/stats/stream', 'Server-sent events of the statistics', z.object({}));
export const streamDashboard = stream(
  '/downloads/dashboard/stream',
  'Server-sent events of the dashboard, each 3 s',
  z.object({}),
);
