import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { downloadFailures } from '../../../contract/download-failure.ts';
import type { DownloadView } from '../../../contract/download.ts';
import classes from './download-failure.module.css';
import { prefill } from './request/prefilled.ts';
import { useControl } from './use-control.ts';

/** Why it failed, in the reader's language, and what can be done about it by one tap. */
export function DownloadFailure({ view }: { view: DownloadView }) {
  const { t, i18n } = useTranslation();
  const control = useControl();
  const clipboard = useClipboard();
  if (view.status !== 'failed') return null;
  const failure = Object.entries(downloadFailures).find(([code]) => code === view.error_code)?.[1];
  const words = failure?.[i18n.language === 'en' ? 'en' : 'pt'] ?? view.error_message ?? '';
  return (
    <div className={classes.failure}>
      <p className={classes.reason}>
        <span>{words}</span> <code className={classes.code}>{view.error_code}</code>
      </p>
      {remedy()}
    </div>
  );

  function copyAddress(): void {
    clipboard.copy(view.url);
    notifications.show({ message: t('downloads.copied') });
  }

  function remedy() {
    if (view.error_code === 'quality_not_available' || view.error_code === 'merge_failed') {
      return <Remedy words={t('downloads.remedy.other_quality')} act={() => prefill(view.url, 'inspect')} />;
    }
    switch (failure?.remedy) {
      case 'retry_now':
      case 'retry_later':
      case undefined:
        return <Remedy words={t('downloads.remedy.retry')} act={() => void control([view], 'retry')} />;
      case 'run_elsewhere':
      case 'needs_cookies':
        return <Remedy words={t('downloads.remedy.copy_address')} act={() => copyAddress()} />;
      case 'never':
        return <Remedy words={t('downloads.remedy.mend_address')} act={() => prefill(view.url, 'edit')} />;
    }
  }
}

function Remedy({ words, act }: { words: string; act: () => void }) {
  return (
    <Button size="compact-sm" variant="light" onClick={act}>
      {words}
    </Button>
  );
}
