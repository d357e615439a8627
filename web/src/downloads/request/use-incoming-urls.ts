import { useEffect, useEffectEvent } from 'react';
import { readUrls } from '../read-urls.ts';
import { prefilled } from './prefilled.ts';

/** Hears of addresses pasted or dropped anywhere on the page, or sent here from another part of it. */
export function useIncomingUrls(take: (text: string, isToInspect: boolean) => void): void {
  const paste = useEffectEvent((event: ClipboardEvent) => {
    if (event.target instanceof HTMLElement && event.target.closest('input, textarea, [contenteditable]')) return;
    takeFrom(event.clipboardData, event);
  });
  const drop = useEffectEvent((event: DragEvent) => takeFrom(event.dataTransfer, event));
  const takePrefilled = useEffectEvent(() => {
    const wanted = prefilled.get();
    if (wanted === null) return;
    prefilled.set(null);
    take(wanted.url, wanted.purpose === 'inspect');
  });

  function takeFrom(data: DataTransfer | null, event: Event): void {
    const text = data?.getData('text/uri-list') || data?.getData('text/plain') || '';
    const urls = readUrls(text).filter((url) => /^https?:/i.test(url));
    if (urls.length === 0) return;
    event.preventDefault();
    take(urls.join('\n'), false);
  }

  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => paste(event);
    const onDrop = (event: DragEvent) => drop(event);
    const onDragOver = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('text/uri-list')) event.preventDefault();
    };
    addEventListener('paste', onPaste);
    addEventListener('drop', onDrop);
    addEventListener('dragover', onDragOver);
    const forget = prefilled.subscribe(() => takePrefilled());
    takePrefilled();
    return () => {
      removeEventListener('paste', onPaste);
      removeEventListener('drop', onDrop);
      removeEventListener('dragover', onDragOver);
      forget();
    };
  }, []);
}
