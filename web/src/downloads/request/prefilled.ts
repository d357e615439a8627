import { observable } from '../../live/observable.ts';

/** Addresses, one a line, that another part of the page has for the field: instead of what is in it, or added to that. */
export type Prefilled = { url: string; purpose: 'edit' | 'inspect' | 'add' };

export const prefilled = observable<Prefilled | null>(null);

export function prefill(url: string, purpose: Prefilled['purpose']): void {
  prefilled.set({ url, purpose });
  scrollTo({ top: 0, behavior: 'smooth' });
}
