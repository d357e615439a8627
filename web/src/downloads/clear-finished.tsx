import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Status } from '../../../contract/download.ts';
import { useReason } from '../layout/failure.tsx';
import { usePage } from '../page/page-context.ts';
import { clearDownloads } from './downloads-api.ts';

const Dialog = lazy(async () => ({ default: (await import('../layout/dialog.tsx')).Dialog }));

/** Deletes all finished downloads of a status, those too that are not on the screen: so it asks first. */
export function ClearFinished({ status, count }: { status: Status; count: number }) {
  const { t } = useTranslation();
  const reason = useReason();
  const { store } = usePage().downloads;
  const [opened, { open, close }] = useDisclosure();
  const clear = useMutation({
    mutationFn: () => clearDownloads(status),
    onSuccess: () => {
      for (const view of store.all()) if (view.status === status) store.remove(view.id);
      close();
    },
    onError: (failure) => notifications.show({ color: 'red', title: t('failure.title'), message: reason(failure) }),
  });
  return (
    <>
      <Button size="compact-sm" variant="subtle" color="red" onClick={open}>
        {t('downloads.clear')}
      </Button>
      {opened && (
        <Suspense>
          <Dialog opened onClose={close} title={t('downloads.clear_question', { count })}>
            <p>{t('downloads.clear_about')}</p>
            <Group justify="flex-end">
              <Button variant="default" onClick={close} data-autofocus>
                {t('layout.cancel')}
              </Button>
              <Button color="red.9" loading={clear.isPending} onClick={() => clear.mutate()}>
                {t('downloads.delete')}
              </Button>
            </Group>
          </Dialog>
        </Suspense>
      )}
    </>
  );
}
