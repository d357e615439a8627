import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import type { DownloadView, Status } from '../../../contract/download.ts';
import { newKey } from '../api/new-key.ts';
import { useReason } from '../layout/failure.tsx';
import { usePage } from '../page/page-context.ts';
import { controlDownload, type Control } from './downloads-api.ts';

const ALLOWED = {
  pause: ['pending', 'downloading'],
  resume: ['paused'],
  cancel: ['pending', 'downloading', 'paused'],
  retry: ['failed', 'cancelled'],
} as const satisfies Record<Control, readonly Status[]>;

export const allows = ({ status }: DownloadView, control: Control): boolean =>
  ALLOWED[control].some((allowed) => allowed === status);

/** Pauses, resumes, cancels or tries again; what is refused is told in a toast. */
export function useControl() {
  const { t } = useTranslation();
  const reason = useReason();
  const { store } = usePage().downloads;
  return async (views: readonly DownloadView[], control: Control): Promise<void> => {
    const outcomes = await Promise.allSettled(
      views.map(async ({ id }) => {
        const askedAt = performance.now();
        store.take([await controlDownload(id, control, newKey())], askedAt);
      }),
    );
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    const [first] = failed;
    if (first === undefined) return;
    notifications.show({
      color: 'red',
      title: t('downloads.not_done', { count: failed.length }),
      message: reason(first.reason),
    });
  };
}
