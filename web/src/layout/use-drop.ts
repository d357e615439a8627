import { useEffect, useEffectEvent, useState } from 'react';

/** What can be dragged in here. A picture dragged from another page is both, and meant as a link. */
type Kind = 'files' | 'links';

function kindOf({ dataTransfer }: DragEvent): Kind | null {
  if (dataTransfer?.types.includes('text/uri-list')) return 'links';
  return dataTransfer?.types.includes('Files') ? 'files' : null;
}

const isField = ({ target }: DragEvent): boolean =>
  target instanceof Element && target.closest('input, textarea:not([inputmode="url"])') !== null;

/**
 * Takes what is dropped anywhere in the window, since beside a drop area the browser would leave the page for it; not a link
 * into a text field, and not what is dragged from the page itself. True while something of that kind is dragged over the window.
 */
export function useDrop(kind: Kind, take: (data: DataTransfer) => void): boolean {
  const [isOver, setOver] = useState(false);
  const drop = useEffectEvent(take);
  useEffect(() => {
    let isOwn = false;
    const isWanted = (event: DragEvent) => !isOwn && kindOf(event) === kind && (kind === 'files' || !isField(event));
    const listeners = {
      dragstart: () => {
        isOwn = true;
      },
      dragend: () => {
        isOwn = false;
      },
      dragover(event: DragEvent) {
        setOver(isWanted(event));
        if (isWanted(event)) event.preventDefault();
      },
      dragleave(event: DragEvent) {
        if (event.relatedTarget === null) setOver(false);
      },
      drop(event: DragEvent) {
        setOver(false);
        if (!isWanted(event) || event.dataTransfer === null) return;
        event.preventDefault();
        drop(event.dataTransfer);
      },
    };
    const types = ['dragstart', 'dragend', 'dragover', 'dragleave', 'drop'] as const;
    for (const type of types) addEventListener(type, listeners[type]);
    return () => {
      for (const type of types) removeEventListener(type, listeners[type]);
    };
  }, [kind]);
  return isOver;
}
