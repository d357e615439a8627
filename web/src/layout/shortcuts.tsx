import { ActionIcon } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import IconKeyboard from '@tabler/icons-react/icons/IconKeyboard';
import { lazy, Suspense, useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import classes from './shortcuts.module.css';
import { FIELDS } from './shortcut-fields.ts';
import { VIEWS } from './views.ts';

const ShortcutsDialog = lazy(async () => ({ default: (await import('./shortcuts-dialog.tsx')).ShortcutsDialog }));

const SEQUENCE_MS = 1500;
/** Lists the keys, and listens to them. */
export function ShortcutsButton() {
  const { t } = useTranslation();
  const [opened, { open, close, toggle }] = useDisclosure();
  const [, go] = useLocation();
  useKeys({ help: toggle, go });
  return (
    <>
      <ActionIcon
        className={classes.button}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('shortcuts.title')}
        onClick={open}
      >
        <IconKeyboard size={20} stroke={1.7} />
      </ActionIcon>
      {opened && (
        <Suspense>
          <ShortcutsDialog onClose={close} />
        </Suspense>
      )}
    </>
  );
}

function useKeys({ help, go }: { help: () => void; go: (path: string) => void }): void {
  const sequenceAt = useRef<number | null>(null);
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === '?') return help();
    if (document.querySelector('[data-ft-dialog]') !== null) return;
    const inSequence = sequenceAt.current !== null && event.timeStamp - sequenceAt.current < SEQUENCE_MS;
    sequenceAt.current = event.key === 'g' ? event.timeStamp : null;
    const view = inSequence ? VIEWS.find(({ key }) => key === event.key) : undefined;
    if (view !== undefined) return go(view.path);
    const field = FIELDS.find(({ key }) => key === event.key);
    const element = field && document.querySelector<HTMLElement>(`[data-shortcut="${field.target}"]`);
    if (!element) return;
    event.preventDefault();
    element.focus();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches('input:not([type=checkbox], [type=radio]), textarea, select');
