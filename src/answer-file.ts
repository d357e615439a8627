import type { FileAnswer, FileRequest } from './aws/streamed-file.ts';
import { answerExport, type AnswerExportDeps } from './events/export/answer-export.ts';
import { answerFailedCsv, type AnswerFailedCsvDeps } from './imports/answer-failed-csv.ts';

const FAILED_ROWS = /\/uploads\/([\w-]+)\/failed\.csv$/;

/** The files that are made while they are sent: the failed rows of an import, and else the calendar. */
export async function answerFile(
  app: AnswerExportDeps & AnswerFailedCsvDeps,
  request: FileRequest,
): Promise<FileAnswer> {
  const ref = FAILED_ROWS.exec(request.path)?.[1];
  return ref === undefined ? answerExport(app, request) : answerFailedCsv(app, ref, request);
}
