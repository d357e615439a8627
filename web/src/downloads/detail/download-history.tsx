import { useTranslation } from 'react-i18next';
import { LiveLog } from '../../console/live-log.tsx';
import { useLogLines } from '../../console/use-log-lines.ts';
import classes from './download-detail.module.css';

/** Its log, while it is written. */
export function DownloadHistory({ id }: { id: string }) {
  const { t } = useTranslation();
  const lines = useLogLines(id);
  return (
    <>
      <h3 className={classes.heading}>{t('console.log')}</h3>
      <LiveLog lines={lines} />
    </>
  );
}
