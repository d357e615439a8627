import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** What a toast says of something done, with a way back. */
export function UndoToast({ words, undo }: { words: string; undo: () => void }) {
  const { t } = useTranslation();
  return (
    <span>
      {words}{' '}
      <Button size="compact-sm" variant="light" onClick={undo}>
        {t('layout.undo')}
      </Button>
    </span>
  );
}
