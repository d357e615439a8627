import { logsChannel } from '../../contract/channel.ts';
import type { Said } from '../../contract/log-code.ts';
import type { LogLine } from '../../contract/notification.ts';
import type { News } from '../news/news.ts';
import { progressOf, viewOf, type Download } from './download.ts';

type Line = Pick<LogLine, 'level' | 'message'> & Said;

/** The line that a change adds to the download's log; null for mere progress. */
export function downloadLog(before: Download | null, after: Download, now: Date): News | null {
  const line = lineOf(before, after);
  if (line === null) return null;
  const { id, seq } = after;
  const at = now.toISOString();
  return {
    channel: logsChannel(id),
    seq,
    kind: 'change',
    notification: { type: 'log', id, seq, ...line, at, timestamp: at },
  };
}

function lineOf(before: Download | null, after: Download): Line | null {
  if (before === null) {
    const { url, quality } = after;
    const message = `Download pedido: ${url} (qualidade ${quality})`;
    return info(message, { code: 'download_requested', values: { url, quality } });
  }
  // A claim is a line of its own also when it takes over what was running.
  if (after.attempt !== null && after.attempt !== before.attempt) return claimLine(before, after);
  if (after.status !== before.status) return statusLine(before, after);
  if (after.phase !== before.phase) return phaseLine(before, after);
  return null;
}

function claimLine(before: Download, after: Download): Line {
  const percent = progressOf(after);
  const from = after.bytes_downloaded === 0 ? '' : `, a partir de ${percent}%`;
  return before.status === 'downloading'
    ? info(`Retomado de um processo que parou${from}`, { code: 'download_taken_over', values: { percent } })
    : info(`Iniciado${from}`, { code: 'download_started', values: { percent } });
}

function statusLine(before: Download, after: Download): Line {
  switch (after.status) {
    case 'pending':
      return before.status === 'paused'
        ? info('De volta à fila', { code: 'download_requeued', values: {} })
        : info('Nova tentativa pedida', { code: 'download_retried', values: {} });
    case 'downloading':
      return claimLine(before, after);
    case 'paused': {
      const percent = progressOf(after);
      return info(`Pausado em ${percent}%`, { code: 'download_paused', values: { percent } });
    }
    case 'completed': {
      const bytes = after.file_size ?? 0;
      return info(`Concluído: ${bytes} bytes`, { code: 'download_completed', values: { bytes } });
    }
    case 'cancelled':
      return after.error_code === 'deleted'
        ? { level: 'warning', message: 'Apagado', code: 'download_deleted', values: {} }
        : { level: 'warning', message: 'Cancelado', code: 'download_cancelled', values: {} };
    case 'failed': {
      const { error_code, error_choices: choices } = after;
      const message = viewOf(after).error_message ?? 'Falhou';
      return { level: 'error', message, code: 'download_failed', values: { error_code, choices } };
    }
  }
}

function phaseLine(before: Download, after: Download): Line | null {
  switch (after.phase) {
    case 'resolving': {
      const message = 'O arquivo mudou na origem: recomeçando do zero';
      return { level: 'warning', message, code: 'download_source_changed', values: {} };
    }
    case 'downloading': {
      if (before.phase !== 'resolving') return null;
      const { title, format, bytes_total: bytes } = after;
      const size = bytes === null ? 'tamanho desconhecido' : `${bytes} bytes`;
      return info(`Baixando "${title}" (${format ?? 'formato desconhecido'}, ${size})`, {
        code: 'download_transferring',
        values: { title, format, bytes },
      });
    }
    case 'merging':
      return info('Juntando imagem e som', { code: 'download_merging', values: {} });
    case 'storing':
      return info('Gravando', { code: 'download_storing', values: {} });
    case null:
      return null;
  }
}

const info = (message: string, said: Said): Line => ({ level: 'info', message, ...said });
