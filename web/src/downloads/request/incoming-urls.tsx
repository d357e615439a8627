import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useDrop } from '../../layout/use-drop.ts';
import { readUrls } from '../read-urls.ts';
import classes from './incoming-urls.module.css';
import { prefill } from './prefilled.ts';

/** Addresses pasted or dropped anywhere, or shared with the installed page, come into the field for them: Enter is left to press. */
export function IncomingUrls() {
  const { t } = useTranslation();
  const [, go] = useLocation();

  function take(text: string): boolean {
    const urls = readUrls(text.replaceAll(/^#.*$/gm, '')).filter((url) => /^https?:/i.test(url));
    // What somebody writes in a dialog is not to be lost.
    if (urls.length === 0 || document.querySelector('[data-ft-dialog]') !== null) return false;
    go('/');
    prefill(urls.join('\n'), 'add');
    return true;
  }

  const paste = useEffectEvent((event: ClipboardEvent) => {
    if (event.target instanceof Element && event.target.closest('input, textarea') !== null) return;
    if (take(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault();
  });
  useEffect(() => {
    const listen = (event: ClipboardEvent) => paste(event);
    addEventListener('paste', listen);
    return () => removeEventListener('paste', listen);
  }, []);
  const takeShared = useEffectEvent(() => {
    const shared = new URLSearchParams(location.search);
    // The manifest's names; most apps put the address into the text.
    if (take(['url', 'text', 'title'].map((name) => shared.get(name) ?? '').join('\n'))) {
      history.replaceState(null, '', location.pathname + location.hash);
    }
  });
  useEffect(() => takeShared(), []);
  const isOver = useDrop('links', (data) => take(data.getData('text/uri-list')));
  if (!isOver) return null;
  return (
    <div className={classes.veil}>
      <p className={classes.words}>{t('request.drop')}</p>
    </div>
  );
}
