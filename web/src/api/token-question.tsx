import { lazy, Suspense } from 'react';
import { useObservable } from '../live/observable.ts';
import { tokenWanted } from './access-token.ts';

const TokenDialog = lazy(async () => ({ default: (await import('./token-dialog.tsx')).TokenDialog }));

/** Few deployments ask for a token: the question is loaded when it is put. */
export function TokenQuestion() {
  const wanted = useObservable(tokenWanted);
  if (!wanted) return null;
  return (
    <Suspense>
      <TokenDialog />
    </Suspense>
  );
}
