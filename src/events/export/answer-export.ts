import { exportQuery } from '../../../contract/event-routes.ts';
import type { FileAnswer, FileRequest } from '../../aws/streamed-file.ts';
import { errorsOf, refusalErrors, type FieldErrors } from '../../http/field-errors.ts';
import { OWNER } from '../../http/owner.ts';
import { languageOf, problemOf } from '../../http/problem.ts';
import type { EventRecord } from '../event.ts';
import { everyEvent } from '../list-events.ts';
import type { EventListing } from '../listing/table.ts';
import { readPeriod } from '../period.ts';
import { formatOf, type FileFormat } from './format.ts';

export type AnswerExportDeps = { eventListing: Pick<EventListing, 'walk'>; timeZone: string };

/** The file that was asked for; nothing is read before its first byte is. */
export function answerExport(
  app: AnswerExportDeps,
  { query, language }: Pick<FileRequest, 'query' | 'language'>,
): FileAnswer {
  const refuse = (errors: FieldErrors): FileAnswer => {
    const problem = problemOf('invalid_request', language, { errors });
    return { statusCode: problem.status, problem };
  };
  const asked = exportQuery.safeParse(query);
  if (!asked.success) return refuse(errorsOf(asked.error.issues, languageOf(language)));
  const period = readPeriod(asked.data, app.timeZone);
  if (period.kind === 'refused') return refuse(refusalErrors(period.refusals, languageOf(language)));
  const { city, q, format } = asked.data;
  const { kind: _, ...bounds } = period;
  const pages = everyEvent(app.eventListing, { owner: OWNER, city, q, ...bounds });
  const written = formatOf(asked.data, app.timeZone);
  return {
    statusCode: 200,
    contentType: written.contentType,
    fileName: `eventos.${format}`,
    chunks: chunksOf(pages, written),
  };
}

async function* chunksOf(pages: AsyncIterable<EventRecord[]>, format: FileFormat): AsyncGenerator<string> {
  yield format.head;
  let index = 0;
  for await (const page of pages) {
    const text = page.map((event) => format.event(event, index++)).join('');
    if (text !== '') yield text;
  }
  yield format.tail;
}
