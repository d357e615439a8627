import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { observable, useObservable } from '../live/observable.ts';

/** The dialogs that are open, the one on top last. */
const dialogs = observable<readonly symbol[]>([]);

/**
 * What every Modal and Drawer gets here. When it closes, the focus goes back to where it was, which Mantine does only for those that stay
 * mounted; Escape closes the one on top.
 */
export function useDialog() {
  const { t } = useTranslation();
  const [me] = useState(() => Symbol('dialog'));
  const [opener] = useState(() => document.activeElement);
  useEffect(() => {
    dialogs.set([...dialogs.get(), me]);
    return () => {
      dialogs.set(dialogs.get().filter((dialog) => dialog !== me));
      const place = opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById('content');
      place?.focus({ preventScroll: true });
    };
  }, [me, opener]);
  return {
    closeOnEscape: useObservable(dialogs).at(-1) === me,
    closeButtonProps: { 'aria-label': t('layout.close') },
    // A page has one banner.
    attributes: { header: { role: 'presentation' } },
    // What Mantine locks the page by would write a <style>: theme/base.css does it.
    lockScroll: false,
  };
}
