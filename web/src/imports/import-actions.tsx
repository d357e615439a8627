import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ImportView } from '../../../contract/import.ts';
import { useReason } from '../layout/failure.tsx';
import { isAtWork, mayBeUndone } from './import-status.ts';
import { controlImport } from './imports-api.ts';

/** What can be done with an import as it is. */
export function ImportActions({ view }: { view: ImportView }) {
  const { t } = useTranslation();
  const reason = useReason();
  const queries = useQueryClient();
  const { import_id: id } = view;
  const control = useMutation({
    mutationFn: (what: Parameters<typeof controlImport>[1]) => controlImport(id, what),
    onSuccess: (now) => {
      queries.setQueryData(['import', id], now);
      void queries.invalidateQueries({ queryKey: ['imports'] });
    },
    onError: (failure) => notifications.show({ color: 'red', title: t('failure.title'), message: reason(failure) }),
  });
  return (
    <Group gap="xs">
      <Button component="a" href={`#/console/${id}`} variant="default">
        {t('console.log')}
      </Button>
      {isAtWork(view) && view.status !== 'undoing' && (
        <Button variant="default" loading={control.isPending} onClick={() => control.mutate('cancel')}>
          {t('imports.cancel')}
        </Button>
      )}
      {mayBeUndone(view) && (
        <Button variant="default" loading={control.isPending} onClick={() => control.mutate('undo')}>
          {t('imports.undo')}
        </Button>
      )}
      {view.status === 'planned' && (
        <Button loading={control.isPending} onClick={() => control.mutate('commit')}>
          {t('imports.commit')}
        </Button>
      )}
    </Group>
  );
}
