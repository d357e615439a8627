import type { ProblemCode } from '../../contract/problem.ts';
import type { FileAnswer, FileRequest } from '../aws/streamed-file.ts';
import { FileMissing, type UploadsBucket } from '../aws/uploads-bucket.ts';
import { OWNER } from '../http/owner.ts';
import { languageOf, problemOf } from '../http/problem.ts';
import { withoutExtension } from './file-name.ts';
import { findImport } from './find-import.ts';
import { fileKey, type ImportRecord, type Language } from './import.ts';
import type { ImportsTable, KeptRow } from './table.ts';
import { wordError } from './word-error.ts';
import { writeFailedRows, type FailedRow } from './write-failed-rows.ts';

/** Rows so near to each other are read at once, up to so many bytes; a longer row, which is broken, is cut off there. */
const GAP_BYTES = 64 * 1024;
const RANGE_BYTES = 4 * 1024 * 1024;

export type AnswerFailedCsvDeps = {
  imports: Pick<ImportsTable, 'get' | 'latest' | 'chunk'>;
  uploads: Pick<UploadsBucket, 'range'>;
  now: () => Date;
};

type Range = { start: number; end: number; rows: KeptRow[] };
type Read = (start: number, end: number) => Promise<Buffer>;

/** The failed rows of an import as a file; of one that is still being read, whose rows are not all known, there is none. */
export async function answerFailedCsv(
  app: AnswerFailedCsvDeps,
  ref: string,
  { language }: Pick<FileRequest, 'language'>,
): Promise<FileAnswer> {
  const refuse = (code: ProblemCode, detail?: string): FileAnswer => {
    const problem = problemOf(code, language, detail === undefined ? {} : { detail });
    return { statusCode: problem.status, problem };
  };
  const record = await findImport(app.imports, { owner: OWNER, ref });
  if (record === null) return refuse('upload_not_found');
  const { status, rows, dialect, etag } = record;
  if (status === 'waiting' || status === 'running') return refuse('import_wrong_status', `status: ${status}`);
  if (rows.failed === 0 || dialect === null || etag === null) return refuse('import_wrong_status', 'no row failed');
  if (record.file_expires_at <= app.now().toISOString()) return refuse('file_expired');

  const read: Read = (start, end) => app.uploads.range(fileKey(record.id), { start, end, etag });
  const beginning = await read(0, dialect.rows_from).catch(unlessMissing);
  if (beginning === null) return refuse('file_expired');
  return {
    statusCode: 200,
    contentType: `text/csv; charset=${dialect.encoding}`,
    fileName: `${withoutExtension(record.file_name)}-erros.csv`,
    chunks: writeFailedRows(dialect, beginning, failedRows(app, record, read, languageOf(language))),
  };
}

function unlessMissing(error: unknown): null {
  if (error instanceof FileMissing) return null;
  throw error;
}

/** One range is in hand and one on its way, however many rows there are. */
async function* failedRows(
  app: AnswerFailedCsvDeps,
  record: ImportRecord,
  read: Read,
  language: Language,
): AsyncGenerator<FailedRow> {
  const loaded = async ({ start, end, rows }: Range) => ({ start, rows, bytes: await read(start, end) });
  for await (const { start, rows, bytes } of oneAhead(rangesOf(app, record), loaded)) {
    for (const row of rows) {
      const { from, to } = extentOf(row);
      yield { bytes: bytes.subarray(from - start, to - start), line: row.line, error: sentenceOf(row, language) };
    }
  }
}

async function* rangesOf({ imports }: AnswerFailedCsvDeps, record: ImportRecord): AsyncGenerator<Range> {
  for (let chunk = 1; chunk <= record.chunks.failed; chunk += 1) {
    let range: Range | null = null;
    for (const row of await imports.chunk(record.id, 'failed', chunk)) {
      const { from, to } = extentOf(row);
      if (range !== null && from - range.end <= GAP_BYTES && to - range.start <= RANGE_BYTES) {
        range.rows.push(row);
        range.end = to;
        continue;
      }
      if (range !== null) yield range;
      range = { start: from, end: to, rows: [row] };
    }
    if (range !== null) yield range;
  }
}

const extentOf = ({ from, to }: KeptRow) => ({ from, to: Math.min(to, from + RANGE_BYTES) });

const sentenceOf = ({ errors }: KeptRow, language: Language): string =>
  errors
    .map((error) => wordError(error, language))
    .map(({ column, message }) => (column === null ? message : `${column}: ${message}`))
    .join('; ');

/** Each is loaded while the one before it is used. */
async function* oneAhead<T, L>(items: AsyncIterable<T>, load: (item: T) => Promise<L>): AsyncGenerator<L> {
  let before: Promise<L> | null = null;
  for await (const item of items) {
    const coming = load(item);
    // It is awaited in its turn, when its failure is heard.
    coming.catch(() => undefined);
    if (before !== null) yield before;
    before = coming;
  }
  if (before !== null) yield before;
}
