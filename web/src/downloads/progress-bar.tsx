import { useTranslation } from 'react-i18next';
import type { DownloadView } from '../../../contract/download.ts';
import { useFormat } from '../language/use-format.ts';
import classes from './progress-bar.module.css';

/** How far a download is. One whose size nobody knows has a bar without a value; what has not begun has none. */
export function ProgressBar({ view, isLive }: { view: DownloadView; isLive: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { status, progress, title } = view;
  const isShown = status === 'downloading' || status === 'paused' || (status === 'failed' && view.bytes_downloaded > 0);
  if (!isShown) return null;
  const isMeasured = view.bytes_total !== null || status !== 'downloading';
  return (
    <div className={classes.line}>
      <div
        className={classes.track}
        role="progressbar"
        aria-label={t('downloads.progress_of', { title })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={isMeasured ? Number(progress.toFixed(1)) : undefined}
        aria-valuetext={isMeasured ? undefined : t('downloads.unknown_size')}
        data-status={status}
        data-measured={isMeasured}
        data-stale={!isLive}
      >
        <div className={classes.bar} style={isMeasured ? { transform: `scaleX(${progress / 100})` } : undefined} />
      </div>
      {isMeasured && (
        <span className={classes.percent} aria-hidden>
          {format.percent(progress)}
        </span>
      )}
    </div>
  );
}
