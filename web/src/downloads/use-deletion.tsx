import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import type { DownloadView } from '../../../contract/download.ts';
import { newKey } from '../api/new-key.ts';
import { useReason } from '../layout/failure.tsx';
import { UndoToast } from '../layout/undo-toast.tsx';
import { usePage } from '../page/page-context.ts';
import { deleteDownload } from './downloads-api.ts';

const UNDO_MS = 6000;

/** Takes downloads away at once and deletes them a little later, unless that is undone meanwhile. */
export function useDeletion() {
  const { t } = useTranslation();
  const reason = useReason();
  const { store } = usePage().downloads;
  return (views: readonly DownloadView[]): void => {
    const toast = newKey();
    for (const { id } of views) store.remove(id);
    const timer = setTimeout(() => void perform(), UNDO_MS);
    const leave = () => void perform();
    addEventListener('pagehide', leave);

    function settle(): void {
      clearTimeout(timer);
      removeEventListener('pagehide', leave);
      notifications.hide(toast);
    }
    async function perform(): Promise<void> {
      settle();
      const outcomes = await Promise.allSettled(views.map(({ id }) => deleteDownload(id)));
      for (const [index, outcome] of outcomes.entries()) {
        const view = views[index];
        if (outcome.status === 'fulfilled' || view === undefined) continue;
        store.restore(view);
        notifications.show({
          color: 'red',
          title: t('downloads.not_done', { count: 1 }),
          message: reason(outcome.reason),
        });
      }
    }
    function undo(): void {
      settle();
      for (const view of views) store.restore(view);
    }

    notifications.show({
      id: toast,
      autoClose: UNDO_MS,
      message: (
        <UndoToast words={t('downloads.deleted', { count: views.length, title: views[0]?.title ?? '' })} undo={undo} />
      ),
    });
  };
}
