import { downloadId } from '../../contract/download.ts';
import type { Frame, StreamAnswer, StreamRequest } from '../aws/server-sent-events.ts';
import { languageOf, problemOf } from '../http/problem.ts';
import { SNAPSHOT_KINDS } from '../snapshots/table.ts';
import { followDownload, type FollowDownloadDeps } from './follow-download.ts';
import { followSnapshot, type Following, type FollowSnapshotDeps } from './follow-snapshot.ts';
import type { Told } from './told.ts';

export type AnswerStreamDeps = FollowDownloadDeps & FollowSnapshotDeps;

const PATH = /^(?:\/api\/v1)?\/downloads\/([A-Za-z0-9_-]{1,64})\/stream$/;

/** `/downloads/{queue|stats|dashboard}/stream` and `/downloads/{id}/stream`; what cannot be followed is refused before any stream. */
export async function answerStream(
  app: AnswerStreamDeps,
  request: StreamRequest,
  signal: AbortSignal,
): Promise<StreamAnswer> {
  const name = PATH.exec(request.path)?.[1];
  if (name === undefined) return { statusCode: 404, problem: problemOf('not_found', request.language) };
  const kind = SNAPSHOT_KINDS.find((known) => known === name);
  if (kind === undefined) return streamDownload(app, name, request, signal);
  const about = downloadId.optional().safeParse(request.query['download_id']);
  if (!about.success) return { statusCode: 400, problem: badDownloadId(request.language) };
  return streamSnapshot(app, { kind, downloadId: about.data }, request, signal);
}

async function streamDownload(
  app: FollowDownloadDeps,
  id: string,
  { lastEventId, language }: StreamRequest,
  signal: AbortSignal,
): Promise<StreamAnswer> {
  const followed = await followDownload(app, id, seqOf(lastEventId), signal);
  switch (followed.kind) {
    case 'missing':
      return { statusCode: 404, problem: problemOf('download_not_found', language) };
    case 'over':
      return { statusCode: 204 };
    case 'live':
      return { statusCode: 200, events: framesOf(followed.told) };
  }
}

function streamSnapshot(
  app: FollowSnapshotDeps,
  following: Following,
  { lastEventId, language }: StreamRequest,
  signal: AbortSignal,
): StreamAnswer {
  const listener = { heard: seqOf(lastEventId), language: languageOf(language) };
  return { statusCode: 200, events: framesOf(followSnapshot(app, following, listener, signal)) };
}

/** An id that is not ours is as good as none: the listener hears everything from now on. */
function seqOf(lastEventId: string | null): number | null {
  return lastEventId !== null && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
}

function badDownloadId(language: string | null) {
  const message = 'At most 64 letters, digits, - and _.';
  return problemOf('invalid_request', language, {
    errors: [{ field: 'download_id', code: 'invalid_format', message }],
  });
}

async function* framesOf(told: AsyncIterable<Told<unknown>>): AsyncGenerator<Frame> {
  for await (const entry of told) yield entry === 'heartbeat' ? entry : { id: entry.seq, data: entry.event };
}
