import { Checkbox } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsLive } from '../live/live-context.ts';
import { CardActions } from './card-actions.tsx';
import classes from './download-card.module.css';
import { DownloadFacts } from './download-facts.tsx';
import { DownloadFailure } from './download-failure.tsx';
import { hostOf } from './harmless-address.ts';
import { ProgressBar } from './progress-bar.tsx';
import { Thumbnail } from './thumbnail.tsx';
import { useDownload } from './use-downloads.ts';

type Props = { id: string; isSelected: boolean; onSelect: (id: string) => void };

/** One download as the list shows it. Whatever a source calls itself, it is shown as text. */
export const DownloadCard = memo(({ id, isSelected, onSelect }: Props) => {
  const { t } = useTranslation();
  const view = useDownload(id);
  const isLive = useIsLive();
  if (view === null) return null;
  const { title, status } = view;
  return (
    <article className={classes.card} data-status={status} data-selected={isSelected} data-stale={!isLive}>
      <Checkbox
        size="md"
        className={classes.select}
        aria-label={t('downloads.select', { title })}
        checked={isSelected}
        onChange={() => onSelect(id)}
      />
      <div className={classes.picture}>
        <Thumbnail view={view} />
      </div>
      <div className={classes.body}>
        <div className={classes.top}>
          <h2 className={classes.title} dir="auto">
            <a href={`#/downloads/${id}`}>{title}</a>
          </h2>
          <span className={classes.status}>{t(`downloads.status.${status}`)}</span>
        </div>
        <p className={classes.source}>
          <span dir="ltr">{hostOf(view.url)}</span>
          <DownloadFacts view={view} isLive={isLive} />
        </p>
        <ProgressBar view={view} isLive={isLive} />
        <DownloadFailure view={view} />
      </div>
      <div className={classes.actions}>
        <CardActions view={view} />
      </div>
    </article>
  );
});
DownloadCard.displayName = 'DownloadCard';
