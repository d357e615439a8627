import { createContext, useContext } from 'react';
import { useObservable } from '../live/observable.ts';
import type { Page } from './start-page.ts';

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error('There is no page around this.');
  return page;
}

/** The newest numbers over all downloads; null until they were heard. */
export const useDashboard = () => useObservable(usePage().dashboard);
