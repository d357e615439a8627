import { Kbd } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Dialog } from './dialog.tsx';
import { FIELDS } from './shortcut-fields.ts';
import classes from './shortcuts.module.css';
import { VIEWS } from './views.ts';

/** All keys there are. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog opened onClose={onClose} title={t('shortcuts.title')}>
      <dl className={classes.keys}>
        <Shortcut keys={['?']} words={t('shortcuts.help')} />
        {FIELDS.map(({ key, name }) => (
          <Shortcut key={key} keys={[key]} words={t(name)} />
        ))}
        {VIEWS.map(({ key, name }) => (
          <Shortcut key={key} keys={['g', key]} words={t('shortcuts.go', { view: t(name) })} />
        ))}
        <Shortcut keys={['Esc']} words={t('shortcuts.escape')} />
      </dl>
    </Dialog>
  );
}

function Shortcut({ keys, words }: { keys: string[]; words: string }) {
  return (
    <div className={classes.shortcut}>
      <dt>{words}</dt>
      <dd>
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dd>
    </div>
  );
}
