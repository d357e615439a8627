import { useTranslation } from 'react-i18next';
import type { DownloadView } from '../../../contract/download.ts';
import { useFormat, type Format } from '../language/use-format.ts';
import { PlaceInQueue } from './place-in-queue.tsx';
import { isOver } from './download-store.ts';
import { qualityKey } from './quality-key.ts';

/** What is being done, how much is there, how fast it goes, and for how long. What may be old is left out. */
export function DownloadFacts({ view, isLive }: { view: DownloadView; isLive: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isMoving = view.status === 'downloading' && isLive;
  return (
    <>
      {isOver(view) && view.format !== null && <span>{view.format.toUpperCase()}</span>}
      {view.quality !== 'best' && <span>{t(`downloads.quality.${qualityKey(view.quality)}`)}</span>}
      {isMoving && view.phase !== null && <span>{t(`downloads.phase.${view.phase}`)}</span>}
      <Size view={view} format={format} />
      {isMoving && view.speed !== null && <span>{format.speed(view.speed)}</span>}
      {isMoving && view.eta !== null && <span>{t('downloads.left', { time: format.span(view.eta) })}</span>}
      {view.status === 'pending' && <PlaceInQueue id={view.id} />}
      {view.status === 'completed' && view.completed_at !== null && <span>{format.ago(view.completed_at)}</span>}
      {view.shared && <span title={t('downloads.shared_about')}>{t('downloads.shared')}</span>}
    </>
  );
}

function Size({ view, format }: { view: DownloadView; format: Format }) {
  const { t } = useTranslation();
  const { status, file_size, bytes_downloaded, bytes_total } = view;
  if (status === 'completed') return file_size === null ? null : <span>{format.bytes(file_size)}</span>;
  if (status === 'pending' || status === 'cancelled') return null;
  const done = format.bytes(bytes_downloaded);
  if (bytes_total !== null) return <span>{t('downloads.size_of', { done, total: format.bytes(bytes_total) })}</span>;
  return bytes_downloaded === 0 ? null : <span>{t('downloads.size_unknown', { done })}</span>;
}
