import type { StreamAnswer, StreamRequest, Frame } from '../aws/server-sent-events.ts';
import { problemOf } from '../http/problem.ts';
import { followDownload, type FollowDeps, type Told } from './follow-download.ts';

const PATH = /^(?:\/api\/v1)?\/downloads\/([A-Za-z0-9_-]{1,64})\/stream$/;

/** `/downloads/{id}/stream`: what `followDownload` tells, as server-sent events; 404 before any stream for what does not exist. */
export async function streamDownload(
  app: FollowDeps,
  request: StreamRequest,
  signal: AbortSignal,
): Promise<StreamAnswer> {
  const id = PATH.exec(request.path)?.[1];
  if (id === undefined) return { statusCode: 404, problem: problemOf('not_found', request.language) };
  const followed = await followDownload(app, id, seqOf(request.lastEventId), signal);
  switch (followed.kind) {
    case 'missing':
      return { statusCode: 404, problem: problemOf('download_not_found', request.language) };
    case 'over':
      return { statusCode: 204 };
    case 'live':
      return { statusCode: 200, events: framesOf(followed.told) };
  }
}

/** An id that is not ours is as good as none: the listener hears everything from now on. */
function seqOf(lastEventId: string | null): number | null {
  return lastEventId !== null && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : null;
}

async function* framesOf(told: AsyncIterable<Told>): AsyncGenerator<Frame> {
  for await (const entry of told) yield entry === 'heartbeat' ? entry : { id: entry.seq, data: entry.event };
}
