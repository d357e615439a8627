import { expect, test } from 'vitest';
import { notification } from '../../contract/notification.ts';
import { downloadLog } from '../../src/downloads/download-log.ts';
import type { Download } from '../../src/downloads/download.ts';
import { aDownload, at } from '../support/a-download.ts';

type Changes = Partial<Download>;

/** What its log says when a download becomes another: the sentence, and the same for programs. */
function said(before: Changes | null, after: Changes) {
  const news = downloadLog(before && aDownload(before), aDownload({ seq: 2, ...after }), at(1));
  if (news === null) return null;
  // As it is read again: what the contract does not know would be lost here.
  const line = notification.parse(news.notification);
  if (line.type !== 'log') throw new Error(line.type);
  const { level, message, code, values } = line;
  return [level, message, code, values];
}

const running: Changes = { status: 'downloading', phase: 'downloading', attempt: 'a' };
const half: Changes = { ...running, bytes_downloaded: 425, bytes_total: 1000 };
const whole: Changes = { status: 'completed', bytes_downloaded: 1000, bytes_total: 1000, file_size: 1000 };
const url = 'https://example.com/clip.mp4';

test.each<[string, Changes | null, Changes, unknown[]]>([
  [
    'asked for',
    null,
    {},
    ['info', `Download pedido: ${url} (qualidade best)`, 'download_requested', { url, quality: 'best' }],
  ],
  ['begun', {}, running, ['info', 'Iniciado', 'download_started', { percent: 0 }]],
  [
    'begun with half of it there',
    { ...half, status: 'pending', attempt: null },
    half,
    ['info', 'Iniciado, a partir de 42.5%', 'download_started', { percent: 42.5 }],
  ],
  [
    'taken over',
    half,
    { ...half, attempt: 'b' },
    ['info', 'Retomado de um processo que parou, a partir de 42.5%', 'download_taken_over', { percent: 42.5 }],
  ],
  [
    'known',
    { ...running, phase: 'resolving' },
    { ...running, title: 'Recife', format: 'mp4', bytes_total: 1000 },
    [
      'info',
      'Baixando "Recife" (mp4, 1000 bytes)',
      'download_transferring',
      { title: 'Recife', format: 'mp4', bytes: 1000 },
    ],
  ],
  [
    'known but for its size',
    { ...running, phase: 'resolving' },
    { ...running, title: 'Recife' },
    [
      'info',
      'Baixando "Recife" (formato desconhecido, tamanho desconhecido)',
      'download_transferring',
      { title: 'Recife', format: null, bytes: null },
    ],
  ],
  [
    'changed at its source',
    running,
    { ...running, phase: 'resolving' },
    ['warning', 'O arquivo mudou na origem: recomeçando do zero', 'download_source_changed', {}],
  ],
  ['merged', half, { ...half, phase: 'merging' }, ['info', 'Juntando imagem e som', 'download_merging', {}]],
  ['stored', half, { ...half, phase: 'storing' }, ['info', 'Gravando', 'download_storing', {}]],
  [
    'paused',
    half,
    { ...half, status: 'paused', phase: null, attempt: null },
    ['info', 'Pausado em 42.5%', 'download_paused', { percent: 42.5 }],
  ],
  ['resumed', { status: 'paused' }, {}, ['info', 'De volta à fila', 'download_requeued', {}]],
  ['tried again', { status: 'failed' }, {}, ['info', 'Nova tentativa pedida', 'download_retried', {}]],
  ['completed', half, whole, ['info', 'Concluído: 1000 bytes', 'download_completed', { bytes: 1000 }]],
  ['cancelled', half, { status: 'cancelled' }, ['warning', 'Cancelado', 'download_cancelled', {}]],
  ['deleted', half, { status: 'cancelled', error_code: 'deleted' }, ['warning', 'Apagado', 'download_deleted', {}]],
  [
    'failed',
    running,
    { status: 'failed', error_code: 'quality_not_available', error_choices: ['720p', '360p'] },
    [
      'error',
      'A origem não oferece esta qualidade. Escolha outra. Disponíveis: 720p, 360p.',
      'download_failed',
      { error_code: 'quality_not_available', choices: ['720p', '360p'] },
    ],
  ],
  ['come further', running, half, []],
])('that a download is %s is said by a code with its values', (_what, before, after, line) => {
  expect(said(before, after) ?? []).toEqual(line);
});

test('a line that was stored before lines had codes is a line all the same', () => {
  const line = { type: 'log', id: 'd1', seq: 1, level: 'info', message: 'Iniciado', at: at(0), timestamp: at(0) };
  const stored = JSON.parse(JSON.stringify(line)) as unknown;
  expect(notification.parse(stored)).toEqual(stored);
});
