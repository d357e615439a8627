import type { TFunction } from 'i18next';
import { downloadFailureMessage, isDownloadFailureCode } from '../../../contract/download-failure.ts';
import { importFailureMessage, isImportFailureCode } from '../../../contract/import-failure.ts';
import type { LogValues } from '../../../contract/log-code.ts';
import type { LogLine } from '../../../contract/notification.ts';
import { isRowErrorCode, rowErrorMessage } from '../../../contract/row-error.ts';
import { qualityKey } from '../downloads/quality-key.ts';
import { DELIMITERS } from '../imports/delimiters.ts';
import type { Format } from '../language/use-format.ts';

export type Reader = { t: TFunction; format: Format; language: 'pt' | 'en' };

/** What a line says, in the reader's language, by its code; the server's sentence where it has none, or one that this page does not know. */
export function logSentence(reader: Reader, line: LogLine): string {
  const { t, language } = reader;
  const { code, values = {}, message } = line;
  const { percent = 0, error_code, choices = [] } = values;
  switch (code) {
    case undefined:
      return message;
    case 'download_started':
    case 'download_taken_over':
      return t(`console.said.${code}${percent > 0 ? '_from' : ''}`, filled(reader, line));
    case 'download_failed':
      return isDownloadFailureCode(error_code) ? downloadFailureMessage(error_code, choices, language) : message;
    case 'import_row_failed':
      return rowSentence(reader, line);
    case 'import_ended':
      return endSentence(reader, values) ?? message;
    default:
      return t(`console.said.${code}`, { defaultValue: message, ...filled(reader, line) });
  }
}

/** Only what the line has: wording costs more than drawing. */
function filled({ t, format }: Reader, { values = {}, line = 0 }: LogLine) {
  const { url, title, file_name, quality, percent, bytes, encoding, delimiter, quote_escape, date_style, phase } =
    values;
  return {
    url,
    title,
    file_name,
    encoding: encoding?.toUpperCase(),
    quotes: quote_escape === 'backslash' ? '\\"' : '""',
    container: values.format === null ? t('console.unknown_format') : values.format,
    size: bytes === null ? t('downloads.unknown_size') : format.bytes(bytes ?? 0),
    percent: percent !== undefined && format.percent(percent),
    quality: quality && t(`downloads.quality.${qualityKey(quality)}`),
    delimiter: delimiter && t(`imports.delimiter.${DELIMITERS[delimiter]}`),
    dates: date_style && t(`imports.date_style.${date_style}`),
    phase: phase && t(`imports.phase.${phase}`),
    line: format.count(line),
  };
}

function rowSentence({ t, format, language }: Reader, { values = {}, line = 0, message }: LogLine): string {
  const { column = null, error_code, numbers = {}, others = 0 } = values;
  if (!isRowErrorCode(error_code)) return message;
  const words = rowErrorMessage(error_code, numbers, language);
  const reason = column === null ? words : `${column}: ${words}`;
  const at = { line: format.count(line), reason };
  return others === 0
    ? t('console.said.import_row_failed', at)
    : t('console.said.import_rows_failed', { ...at, count: others, others: format.count(others) });
}

function endSentence({ t, format, language }: Reader, values: LogValues): string | null {
  const { status, rows, undo = null, error_code, missing_columns = [] } = values;
  if (status === undefined || rows === undefined) return null;
  const shown = (counts: Record<string, number>) =>
    Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, format.count(count)]));
  const totals =
    undo === null
      ? t('console.said.import_totals', { replace: shown(rows) })
      : t('console.said.undo_totals', { replace: shown(undo) });
  const why = isImportFailureCode(error_code) ? ` ${importFailureMessage(error_code, missing_columns, language)}` : '';
  return `${t(`imports.status.${status}`)}: ${totals}${why}`;
}
