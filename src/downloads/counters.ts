import type { Write } from '../aws/transact.ts';
import { CHANGES_ATTRIBUTE, COUNTER_SHARDS, dayAttribute } from '../../contract/counters.ts';
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
 * by completed ones, and requests made by day.
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
  if (before === null && after !== null) add(dayAttribute(after.created_at), 1);
  if (Object.keys(deltas).length > 0) add(CHANGES_ATTRIBUTE, 1);
  return deltas;
}

function elapsed({ started_at, completed_at }: Download): number {
  return started_at === null || completed_at === null ? 0 : Date.parse(completed_at) - Date.parse(started_at);
}
