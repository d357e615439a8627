import { useEffect, useEffectEvent } from 'react';
import { prefilled, type Prefilled } from './prefilled.ts';

/** Takes addresses that another part of the page has for the field, also those sent before it was there. */
export function usePrefilled(take: (wanted: Prefilled) => void): void {
  const takePrefilled = useEffectEvent(() => {
    const wanted = prefilled.get();
    if (wanted === null) return;
    prefilled.set(null);
    take(wanted);
  });
  useEffect(() => {
    const forget = prefilled.subscribe(() => takePrefilled());
    takePrefilled();
    return () => {
      forget();
    };
  }, []);
}
