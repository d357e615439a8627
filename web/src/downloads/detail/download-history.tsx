import { useTranslation } from 'react-i18next';
import { LiveLog } from '../../console/live-log.tsx';
import { useLogLines } from '../../console/use-log-lines.ts';
import { AttemptTable } from './attempt-table.tsx';
import classes from './download-detail.module.css';

/** Its attempts and its log, which are heard together. */
export function DownloadHistory({ id }: { id: string }) {
  const { t } = useTranslation();
  const lines = useLogLines(id);
  return (
    <>
      <AttemptTable lines={lines} />
      <h3 className={classes.heading}>{t('console.log')}</h3>
      <LiveLog lines={lines} />
    </>
  );
}
