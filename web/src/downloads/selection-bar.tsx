import { Button, CloseButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePage } from '../page/page-context.ts';
import type { Control } from './downloads-api.ts';
import classes from './selection-bar.module.css';
import { allows, useControl } from './use-control.ts';
import { useDeletion } from './use-deletion.tsx';
import type { Selection } from './use-selection.ts';

const CONTROLS = ['pause', 'resume', 'cancel', 'retry'] as const satisfies readonly Control[];

/** What can be done with all that are chosen. */
export function SelectionBar({ selection }: { selection: Selection }) {
  const { t } = useTranslation();
  const { store } = usePage().downloads;
  const control = useControl();
  const deletion = useDeletion();
  if (selection.ids.length === 0) return null;
  const views = selection.ids.flatMap((id) => store.get(id) ?? []);
  return (
    <div className={classes.bar} data-ft-foot role="region" aria-label={t('downloads.chosen', { count: views.length })}>
      <strong>{t('downloads.chosen', { count: views.length })}</strong>
      {CONTROLS.map((name) => {
        const meant = views.filter((view) => allows(view, name));
        return meant.length === 0 ? null : (
          <Button key={name} size="xs" variant="default" onClick={() => void control(meant, name)}>
            {t(`downloads.control.${name}`)} {meant.length < views.length && `(${meant.length})`}
          </Button>
        );
      })}
      <Button size="xs" color="red" variant="light" onClick={() => deletion(views)}>
        {t('downloads.delete')}
      </Button>
      <CloseButton aria-label={t('downloads.choose_none')} onClick={selection.clear} />
    </div>
  );
}
