import { logsChannel } from '../../contract/channel.ts';
import type { LogLine } from '../../contract/notification.ts';
import type { News } from '../news/news.ts';
import { progressOf, viewOf, type Download } from './download.ts';

type Line = Pick<LogLine, 'level' | 'message'>;

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
  if (before === null) return info(`Download pedido: ${after.url} (qualidade ${after.quality})`);
  // A claim is a line of its own also when it takes over what was running.
  if (after.attempt !== null && after.attempt !== before.attempt) return info(claimLine(before, after));
  if (after.status !== before.status) return statusLine(before, after);
  if (after.phase !== before.phase) return phaseLine(before, after);
  return null;
}

function claimLine(before: Download, after: Download): string {
  const verb = before.status === 'downloading' ? 'Retomado de um processo que parou' : 'Iniciado';
  return after.bytes_downloaded === 0 ? verb : `${verb}, a partir de ${progressOf(after)}%`;
}

function statusLine(before: Download, after: Download): Line {
  switch (after.status) {
    case 'pending':
      return info(before.status === 'paused' ? 'De volta à fila' : 'Nova tentativa pedida');
    case 'downloading':
      return info('Iniciado');
    case 'paused':
      return info(`Pausado em ${progressOf(after)}%`);
    case 'completed':
      return info(`Concluído: ${after.file_size ?? 0} bytes`);
    case 'cancelled':
      return { level: 'warning', message: after.error_code === 'deleted' ? 'Apagado' : 'Cancelado' };
    case 'failed':
      return { level: 'error', message: viewOf(after).error_message ?? 'Falhou' };
  }
}

function phaseLine(before: Download, after: Download): Line | null {
  switch (after.phase) {
    case 'resolving':
      return { level: 'warning', message: 'O arquivo mudou na origem: recomeçando do zero' };
    case 'downloading': {
      if (before.phase !== 'resolving') return null;
      const size = after.bytes_total === null ? 'tamanho desconhecido' : `${after.bytes_total} bytes`;
      return info(`Baixando "${after.title}" (${after.format ?? 'formato desconhecido'}, ${size})`);
    }
    case 'merging':
      return info('Juntando imagem e som');
    case 'storing':
      return info('Gravando');
    case null:
      return null;
  }
}

const info = (message: string): Line => ({ level: 'info', message });
