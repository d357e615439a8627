import { observable } from '../../live/observable.ts';

/** An address that another part of the page wants asked for again, and what to do with it. */
export type Prefilled = { url: string; purpose: 'edit' | 'inspect' };

export const prefilled = observable<Prefilled | null>(null);

export function prefill(url: string, purpose: Prefilled['purpose']): void {
  prefilled.set({ url, purpose });
  scrollTo({ top: 0, behavior: 'smooth' });
}
