type Sentences = { pt: string; en: string };

/** Why a file cannot be imported at all, in the words people read; `{columns}` is what it lacks. */
export const importFailures = {
  empty_file: {
    pt: 'O arquivo está vazio.',
    en: 'The file is empty.',
  },
  header_only: {
    pt: 'O arquivo tem só o cabeçalho, sem nenhuma linha de evento.',
    en: 'The file has only its header and no event.',
  },
  header_too_long: {
    pt: 'A primeira linha não termina nos primeiros 64 KB; ela deve ter os nomes das colunas.',
    en: 'The first line does not end within 64 KB; it must name the columns.',
  },
  missing_columns: {
    pt: 'Faltam colunas: {columns}. A primeira linha deve ter os nomes das colunas.',
    en: 'Columns are missing: {columns}. The first line must name the columns.',
  },
  is_spreadsheet: {
    pt: 'Isto é uma planilha, não um CSV. No Excel ou LibreOffice, use “Salvar como” e escolha CSV UTF-8.',
    en: 'This is a spreadsheet, not a CSV. In Excel or LibreOffice choose “Save as”, then CSV UTF-8.',
  },
  is_archive: {
    pt: 'Isto é um arquivo compactado. Extraia o CSV e envie só ele.',
    en: 'This is a compressed archive. Extract the CSV and send only that.',
  },
  is_document: {
    pt: 'Isto é um documento (PDF, HTML ou XML), não um CSV.',
    en: 'This is a document (PDF, HTML or XML), not a CSV.',
  },
  is_json: {
    pt: 'Isto é JSON, não um CSV.',
    en: 'This is JSON, not a CSV.',
  },
  not_csv: {
    pt: 'Isto não é um texto CSV: o conteúdo é binário.',
    en: 'This is no CSV text: its content is binary.',
  },
  file_never_came: {
    pt: 'O arquivo não chegou a tempo. Envie de novo.',
    en: 'The file did not arrive in time. Send it again.',
  },
  file_gone: {
    pt: 'O arquivo foi apagado antes de ser lido por inteiro. Envie de novo.',
    en: 'The file was deleted before it was read to its end. Send it again.',
  },
  file_changed: {
    pt: 'O arquivo foi trocado enquanto era lido. Envie de novo, com outro nome.',
    en: 'The file was replaced while it was read. Send it again, under another name.',
  },
  replaced: {
    pt: 'Outro envio com o mesmo nome tomou o lugar deste antes que o arquivo chegasse.',
    en: 'Another upload of the same name took its place before its file arrived.',
  },
  cancelled: {
    pt: 'A importação foi cancelada. O que já estava gravado ficou; desfaça para removê-lo.',
    en: 'The import was cancelled. What was stored by then stays; undo it to remove that.',
  },
  gave_up: {
    pt: 'A importação parou várias vezes na mesma linha. Desfaça ou envie o resto de novo.',
    en: 'The import stopped several times at the same line. Undo it, or send the rest again.',
  },
  unknown_encoding: {
    pt: 'A codificação não é conhecida (UTF-32). Salve o arquivo como UTF-8.',
    en: 'The encoding is not known (UTF-32). Save the file as UTF-8.',
  },
} as const satisfies Record<string, Sentences>;

export type ImportFailureCode = keyof typeof importFailures;

export const isImportFailureCode = (code: unknown): code is ImportFailureCode =>
  typeof code === 'string' && Object.hasOwn(importFailures, code);

/** Why, in the words people read. */
export const importFailureMessage = (
  code: ImportFailureCode,
  missingColumns: readonly string[],
  language: 'pt' | 'en',
): string => importFailures[code][language].replace('{columns}', missingColumns.join(', '));
