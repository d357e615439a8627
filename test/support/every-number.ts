import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, vi } from 'vitest';
import { STATUSES } from '../../contract/download.ts';
import { downloadHistory } from '../../contract/download-history.ts';
import { downloadRecord, type Download } from '../../src/downloads/download.ts';
import { listen, type Message, readStream } from './listeners.ts';
import type { StackProcess } from './stack.ts';
import { documentClient } from './tables.ts';

type Numbers = Record<string, unknown>;
/** The queue's and the stats' numbers, as somebody was told them. */
type Told = { queue: Numbers; stats: Numbers };

/** Downloads that completed or failed and were deleted then: endings that no record tells of any more. */
export type DeletedEndings = { completed: number; failed: number };

/**
 * All ways of asking agree with what the records themselves add up to, number by number; so does the history, of downloads that
 * were not tried again.
 */
export async function expectAgreement(
  stack: Pick<StackProcess, 'appUrl' | 'awsUrl' | 'output'>,
  asked: number,
  deleted: DeletedEndings = { completed: 0, failed: 0 },
): Promise<void> {
  // A snapshot may be a second old when it is asked for, and that of a dashboard on its way for longer.
  await vi.waitFor(() => agree(stack, asked, deleted), { timeout: 10_000, interval: 500 });
}

async function agree(
  stack: Pick<StackProcess, 'appUrl' | 'awsUrl' | 'output'>,
  asked: number,
  deleted: DeletedEndings,
): Promise<void> {
  const [webSocket, dashboards, stream, http, recount] = await Promise.all([
    byWebSocket(stack.appUrl),
    byDashboard(stack.appUrl),
    byStream(stack.appUrl),
    byHttp(stack.appUrl),
    byRecount(stack, asked),
  ]);
  for (const [how, numbers] of Object.entries({ webSocket, stream, http, ...dashboards })) {
    expect(numbers, how).toEqual(recount);
  }
  const { completed_downloads, failed_downloads } = recount.stats;
  const happened = {
    requested: asked,
    completed: Number(completed_downloads) + deleted.completed,
    failed: Number(failed_downloads) + deleted.failed,
  };
  expect(await byHistory(stack.appUrl)).toEqual({ hours: happened, days: happened });
}

/** What the hours and the days add up to: all that happened, when everything is of the last 24 hours. */
async function byHistory(appUrl: string): Promise<Numbers> {
  const { hours, days } = downloadHistory.parse(await get(`${appUrl}/downloads/stats/history`));
  const sum = (spans: (DeletedEndings & { requested: number })[]) => ({
    requested: spans.reduce((total, { requested }) => total + requested, 0),
    completed: spans.reduce((total, { completed }) => total + completed, 0),
    failed: spans.reduce((total, { failed }) => total + failed, 0),
  });
  return { hours: sum(hours), days: sum(days) };
}

async function firstOn(appUrl: string, path: string, type: string): Promise<Message> {
  const listener = await listen(appUrl, path);
  const message = await listener.until((heard) => heard.type === type);
  listener.close();
  return message;
}

async function byWebSocket(appUrl: string): Promise<Told> {
  const [queue, stats] = await Promise.all([
    firstOn(appUrl, '/ws/queue', 'queue_update'),
    firstOn(appUrl, '/ws/stats', 'stats_update'),
  ]);
  return { queue: queue['data'] as Numbers, stats: stats['data'] as Numbers };
}

async function byStream(appUrl: string): Promise<Told> {
  const state = async (name: string) => {
    const { events } = await readStream(`${appUrl}/downloads/${name}/stream`, { enough: 2 });
    const { type: _, ...numbers } = events[1]!.data;
    return numbers;
  };
  const [queue, stats] = await Promise.all([state('queue'), state('stats')]);
  return { queue, stats };
}

const get = async (url: string) => (await (await fetch(url)).json()) as Numbers;

async function byHttp(appUrl: string): Promise<Told> {
  const [queue, stats] = await Promise.all([get(`${appUrl}/downloads/queue`), get(`${appUrl}/downloads/stats`)]);
  return { queue, stats };
}

/** A dashboard says both, and who listens besides. */
async function byDashboard(appUrl: string): Promise<Record<string, Told>> {
  const [overWebSocket, overStream, overHttp] = await Promise.all([
    firstOn(appUrl, '/ws/dashboard', 'dashboard_update'),
    readStream(`${appUrl}/downloads/dashboard/stream`, { enough: 2 }),
    get(`${appUrl}/downloads/dashboard`),
  ]);
  const told = ({ queue_stats, system_stats }: Numbers): Told => {
    const { active_connections: _, users_online: __, system_uptime: ___, ...stats } = system_stats as Numbers;
    return { queue: queue_stats as Numbers, stats };
  };
  return {
    dashboardByWebSocket: told(overWebSocket['data'] as Numbers),
    dashboardByStream: told(overStream.events[1]!.data),
    dashboardByHttp: told(overHttp),
  };
}

async function byRecount({ awsUrl, output }: Pick<StackProcess, 'awsUrl' | 'output'>, asked: number): Promise<Told> {
  const records = await everyRecord(awsUrl, output('DownloadsTable'));
  const of = (status: string) => records.filter((record) => record.status === status);
  const seconds = of('completed').map(
    ({ started_at, completed_at }) => (Date.parse(completed_at!) - Date.parse(started_at!)) / 1000,
  );
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
  // Those that were deleted since were asked for on the same day; at midnight that was yesterday.
  const day = new Date().toISOString().slice(0, 'YYYY-MM-DD'.length);
  const today = records.filter(({ created_at }) => created_at.startsWith(day)).length;
  return {
    queue: {
      ...Object.fromEntries(STATUSES.map((status) => [status, of(status).length])),
      total: records.length,
      queue_position: null,
    },
    stats: {
      total_downloads: records.length,
      completed_downloads: of('completed').length,
      failed_downloads: of('failed').length,
      pending_downloads: of('pending').length + of('paused').length,
      downloads_today: today === 0 ? 0 : today + asked - records.length,
      downloads_this_week: asked,
      downloads_this_month: asked,
      total_storage_used: sum(of('completed').map(({ file_size }) => file_size ?? 0)),
      average_download_time: seconds.length === 0 ? 0 : Math.round((sum(seconds) / seconds.length) * 10) / 10,
    },
  };
}

async function everyRecord(awsUrl: string, TableName: string): Promise<Download[]> {
  const db = documentClient(awsUrl);
  const records: Download[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await db.send(
      new ScanCommand({ TableName, ConsistentRead: true, ...(start && { ExclusiveStartKey: start }) }),
    );
    for (const item of page.Items ?? []) {
      if (String(item['pk']).startsWith('download#')) records.push(downloadRecord.parse(item));
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return records;
}
