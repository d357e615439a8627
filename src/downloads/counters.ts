import type { Write } from '../aws/transact.ts';
import {
  CHANGES_ATTRIBUTE,
  COUNTER_SHARDS,
  dayAttribute,
  hourAttribute,
  type Counted,
} from '../../contract/counters.ts';
import { createHash } from 'node:crypto';
import type { Download } from './download.ts';

/**
 * What a change does to the counters, as one `ADD` on one of a few shards, so that transactions seldom meet.
 * Empty when nothing counted changes (mere progress). `stored`: bytes that came to be stored, or ceased to be.
 */
export function countersWrite(
  tableName: string,
  before: Download | null,
  after: Download | null,
  stored: number,
): Write[] {
  const deltas = countersDelta(before, after, stored);
  const names = Object.keys(deltas);
  if (names.length === 0) return [];
  const id = (after ?? before)?.id ?? '';
  const shard = (createHash('sha256').update(id).digest()[1] ?? 0) % COUNTER_SHARDS;
  return [
    {
      Update: {
        TableName: tableName,
        Key: { pk: `counters#${shard}` },
        UpdateExpression: `ADD ${names.map((_, index) => `#n${index} :v${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
        ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:v${index}`, deltas[name]])),
      },
    },
  ];
}

/**
 * Records that exist by status, bytes stored (each once, however many downloads have them: the change itself must know), time spent
 * by completed ones; and by UTC day and hour the requests made, and what completed and failed: each ending, of a download that
 * failed and was tried again too.
 */
export function countersDelta(before: Download | null, after: Download | null, stored: number): Record<string, number> {
  const deltas: Record<string, number> = {};
  const add = (name: string, by: number) => {
    const value = (deltas[name] ?? 0) + by;
    if (value === 0) delete deltas[name];
    else deltas[name] = value;
  };
  const count = (download: Download, sign: 1 | -1) => {
    add(download.status, sign);
    if (download.status !== 'completed') return;
    add('completed_milliseconds', sign * elapsed(download));
  };
  if (before !== null) count(before, -1);
  if (after !== null) count(after, 1);
  add('storage_bytes', stored);
  const happened = (counted: Counted, timestamp: string) => {
    add(dayAttribute(timestamp, counted), 1);
    add(hourAttribute(timestamp, counted), 1);
  };
  if (before === null && after !== null) happened('requested', after.created_at);
  const ending = endingOf(before, after);
  if (ending !== null) happened(ending.status, ending.at);
  if (Object.keys(deltas).length > 0) add(CHANGES_ATTRIBUTE, 1);
  return deltas;
}

/** What this change ends as, and when; null: it ends nothing, or it was cancelled. */
function endingOf(
  before: Download | null,
  after: Download | null,
): { status: 'completed' | 'failed'; at: string } | null {
  if (after === null || after.completed_at === null || after.status === before?.status) return null;
  const { status, completed_at: at } = after;
  return status === 'completed' || status === 'failed' ? { status, at } : null;
}

function elapsed({ started_at, completed_at }: Download): number {
  return started_at === null || completed_at === null ? 0 : Date.parse(completed_at) - Date.parse(started_at);
}
