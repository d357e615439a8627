import { Drawer } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { DownloadView } from '../../../../contract/download.ts';
import { useDialog } from '../../layout/use-dialog.ts';
import { useIsLive } from '../../live/live-context.ts';
import { useFormat } from '../../language/use-format.ts';
import { usePage } from '../../page/page-context.ts';
import { CardActions } from '../card-actions.tsx';
import { DownloadFacts } from '../download-facts.tsx';
import { DownloadFailure } from '../download-failure.tsx';
import { harmlessAddress } from '../harmless-address.ts';
import { ProgressBar } from '../progress-bar.tsx';
import { qualityKey } from '../quality-key.ts';
import { Thumbnail } from '../thumbnail.tsx';
import { useDownload } from '../use-downloads.ts';
import classes from './download-detail.module.css';
import { DownloadHistory } from './download-history.tsx';

/** Everything about one download: its attempts, and its log while it is written. */
export function DownloadDetail({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer {...useDialog()} opened onClose={onClose} position="right" size="lg" title={t('downloads.details')}>
      <div data-ft-dialog>
        <Detail id={id} />
      </div>
    </Drawer>
  );
}

function Detail({ id }: { id: string }) {
  const { t } = useTranslation();
  const { refresh } = usePage().downloads;
  const view = useDownload(id);
  const isLive = useIsLive();
  useEffect(() => refresh(id), [refresh, id]);
  if (view === null) return <p>{t('downloads.gone')}</p>;
  return (
    <div className={classes.detail}>
      <div className={classes.picture}>
        <Thumbnail view={view} />
      </div>
      <h2 className={classes.title} dir="auto">
        {view.title}
      </h2>
      <p className={classes.facts}>
        <strong>{t(`downloads.status.${view.status}`)}</strong>
        <DownloadFacts view={view} isLive={isLive} />
      </p>
      <ProgressBar view={view} isLive={isLive} />
      <DownloadFailure view={view} />
      <div className={classes.actions}>
        <CardActions view={view} />
      </div>
      <Record view={view} />
      <DownloadHistory key={id} id={id} />
    </div>
  );
}

function Record({ view }: { view: DownloadView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const address = harmlessAddress(view.url);
  const moments = [
    ['created_at', view.created_at],
    ['started_at', view.started_at],
    ['completed_at', view.completed_at],
    ['expires_at', view.expires_at],
  ] as const;
  return (
    <dl className={classes.record}>
      <dt>{t('downloads.record.url')}</dt>
      <dd dir="ltr">
        {address === null ? (
          view.url
        ) : (
          <a href={address} target="_blank" rel="noopener noreferrer nofollow">
            {view.url}
          </a>
        )}
      </dd>
      <dt>{t('request.quality')}</dt>
      <dd>{t(`downloads.quality.${qualityKey(view.quality)}`)}</dd>
      {moments.map(
        ([name, moment]) =>
          moment !== null && [
            <dt key={name}>{t(`downloads.record.${name}`)}</dt>,
            <dd key={`${name}-value`}>{format.moment(moment)}</dd>,
          ],
      )}
      <dt>{t('downloads.record.id')}</dt>
      <dd>
        <code>{view.id}</code>
      </dd>
    </dl>
  );
}
