import { createInstance } from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import { LOG_CODES, type LogCode, type Said } from '../../contract/log-code.ts';
import { logSentence } from '../../web/src/console/log-sentence.ts';
import en from '../../web/src/language/en.json' with { type: 'json' };
import pt from '../../web/src/language/pt-BR.json' with { type: 'json' };
import { formatsIn } from '../../web/src/language/use-format.ts';
import { aLogLine } from '../support/a-log-line.ts';

const i18n = createInstance();
beforeAll(() =>
  i18n.init({
    fallbackLng: false,
    resources: { 'pt-BR': { translation: pt }, en: { translation: en } },
    interpolation: { escapeValue: false },
  }),
);

function sentences(said: Said, line?: number): string[] {
  const whole = { ...aLogLine(1, said), ...(line !== undefined && { line }) };
  return [
    logSentence({ t: i18n.getFixedT('pt-BR'), format: formatsIn('pt-BR'), language: 'pt' }, whole),
    logSentence({ t: i18n.getFixedT('en'), format: formatsIn('en'), language: 'en' }, whole),
  ].map((sentence) => sentence.replaceAll('\u00A0', ' '));
}

const url = 'https://example.com/a.mp4';
const rows = { read: 1234, created: 1200, updated: 30, unchanged: 0, failed: 4 };
const plain = { rows, undo: null, error_code: null, missing_columns: [] };
const row = { column: 'title', error_code: 'too_long', numbers: { limit: 200 } };

const EXAMPLES: [Said, pt: string, en: string, line?: number][] = [
  [
    { code: 'download_requested', values: { url, quality: 'bv+ba' } },
    `Download pedido: ${url} (qualidade: Vídeo e áudio)`,
    `Download requested: ${url} (quality: Video and audio)`,
  ],
  [{ code: 'download_started', values: { percent: 0 } }, 'Iniciado', 'Started'],
  [{ code: 'download_started', values: { percent: 42.5 } }, 'Iniciado, a partir de 42%', 'Started, from 42%'],
  [
    { code: 'download_taken_over', values: { percent: 0 } },
    'Retomado de um processo que parou',
    'Taken over from a worker that stopped',
  ],
  [
    { code: 'download_taken_over', values: { percent: 42.5 } },
    'Retomado de um processo que parou, a partir de 42%',
    'Taken over from a worker that stopped, from 42%',
  ],
  [
    { code: 'download_transferring', values: { title: '<b>{{url}} $t(nav.events)', format: 'mp4', bytes: 3_000_000 } },
    'Baixando “<b>{{url}} $t(nav.events)” (mp4, 3 MB)',
    'Transferring “<b>{{url}} $t(nav.events)” (mp4, 3 MB)',
  ],
  [
    { code: 'download_transferring', values: { title: 'Recife', format: null, bytes: null } },
    'Baixando “Recife” (formato desconhecido, tamanho total desconhecido)',
    'Transferring “Recife” (unknown format, total size unknown)',
  ],
  [
    { code: 'download_source_changed', values: {} },
    'O arquivo mudou na origem: recomeçando do zero',
    'The file changed at the source: starting over',
  ],
  [{ code: 'download_merging', values: {} }, 'Juntando imagem e som', 'Joining picture and sound'],
  [{ code: 'download_storing', values: {} }, 'Gravando', 'Storing the file'],
  [{ code: 'download_paused', values: { percent: 42.5 } }, 'Pausado em 42%', 'Paused at 42%'],
  [{ code: 'download_requeued', values: {} }, 'De volta à fila', 'Back in the queue'],
  [{ code: 'download_retried', values: {} }, 'Nova tentativa pedida', 'Another attempt requested'],
  [{ code: 'download_completed', values: { bytes: 1_500_000 } }, 'Concluído: 1,5 MB', 'Completed: 1.5 MB'],
  [{ code: 'download_cancelled', values: {} }, 'Cancelado', 'Cancelled'],
  [{ code: 'download_deleted', values: {} }, 'Apagado', 'Deleted'],
  [
    { code: 'download_failed', values: { error_code: 'quality_not_available', choices: ['720p', '360p'] } },
    'A origem não oferece esta qualidade. Escolha outra. Disponíveis: 720p, 360p.',
    'The source does not offer this quality. Choose another. Available: 720p, 360p.',
  ],
  [{ code: 'import_requested', values: { file_name: 'a.csv' } }, 'Envio pedido: a.csv', 'Upload requested: a.csv'],
  [
    {
      code: 'import_detected',
      values: { bytes: 2000, encoding: 'utf-8', delimiter: ';', quote_escape: 'backslash', date_style: 'day_first' },
    },
    '2 kB, UTF-8, separador: ponto e vírgula, aspas: \\", dd/mm/aaaa',
    '2 kB, UTF-8, delimiter: semicolon, quotes: \\", dd/mm/yyyy',
  ],
  [
    { code: 'import_progress', values: { phase: 'planning', percent: 30 } },
    'Conferindo: 30% até a linha 1.234',
    'Checking: 30%, up to line 1,234',
    1234,
  ],
  [
    { code: 'import_row_failed', values: { ...row, others: 0 } },
    'Linha 1.234: title: É longo demais: no máximo 200 caracteres.',
    'Line 1,234: title: It is too long: at most 200 characters.',
    1234,
  ],
  [
    { code: 'import_row_failed', values: { ...row, column: null, others: 1 } },
    'Linha 2: É longo demais: no máximo 200 caracteres. (e mais 1 linha com erro)',
    'Line 2: It is too long: at most 200 characters. (and 1 more failed row)',
    2,
  ],
  [
    { code: 'import_row_failed', values: { ...row, others: 1234 } },
    'Linha 2: title: É longo demais: no máximo 200 caracteres. (e mais 1.234 linhas com erro)',
    'Line 2: title: It is too long: at most 200 characters. (and 1,234 more failed rows)',
    2,
  ],
  [{ code: 'import_cancel_requested', values: {} }, 'Cancelamento pedido.', 'Cancellation requested.'],
  [
    { code: 'import_commit_requested', values: {} },
    'Simulação aceita: importação pedida.',
    'Dry run accepted: import requested.',
  ],
  [{ code: 'import_undo_requested', values: {} }, 'Pedido para desfazer.', 'Undo requested.'],
  [
    { code: 'import_ended', values: { ...plain, status: 'completed' } },
    'Concluída: 1.234 linhas lidas: 1.200 criadas, 30 alteradas, 0 iguais, 4 com erro.',
    'Completed: 1,234 rows read: 1,200 created, 30 changed, 0 unchanged, 4 failed.',
  ],
  [
    { code: 'import_ended', values: { ...plain, status: 'undone', undo: { removed: 1200, restored: 30, spared: 2 } } },
    'Desfeita: 1.200 removidos, 30 restaurados, 2 mantidos porque mudaram depois.',
    'Undone: 1,200 removed, 30 restored, 2 kept because they changed since.',
  ],
  [
    {
      code: 'import_ended',
      values: { ...plain, status: 'failed', error_code: 'missing_columns', missing_columns: ['title', 'city'] },
    },
    'Falhou: 1.234 linhas lidas: 1.200 criadas, 30 alteradas, 0 iguais, 4 com erro. Faltam colunas: title, city. A primeira linha deve ter os nomes das colunas.',
    'Failed: 1,234 rows read: 1,200 created, 30 changed, 0 unchanged, 4 failed. Columns are missing: title, city. The first line must name the columns.',
  ],
];

test.each(EXAMPLES)('%o is said in the language of its reader', (said, ...[pt, en, line]) => {
  expect(sentences(said, line)).toEqual([pt, en]);
});

test('there is an example of each code', () => {
  const shown = new Set<LogCode>(EXAMPLES.map(([{ code }]) => code));
  expect([...shown].toSorted()).toEqual((Object.keys(LOG_CODES) as LogCode[]).toSorted());
});

test('a line without a code, or with one that this page does not know, is said as the server says it', () => {
  const { code: _code, values: _values, ...old } = aLogLine(1, { code: 'download_merging', values: {} });
  const reader = { t: i18n.getFixedT('en'), format: formatsIn('en'), language: 'en' as const };
  expect(logSentence(reader, old)).toBe(old.message);
  expect(logSentence(reader, { ...old, code: 'download_teleported' as LogCode, values: {} })).toBe(old.message);
  expect(
    logSentence(reader, aLogLine(1, { code: 'download_failed', values: { error_code: 'new', choices: [] } })),
  ).toBe(old.message);
});
