import { lazy, Suspense } from 'react';
import { useObservable } from '../live/observable.ts';
import { tokenQuestion } from './access-token.ts';

const TokenDialog = lazy(async () => ({ default: (await import('./token-dialog.tsx')).TokenDialog }));

/** Few deployments ask for a token: the question is loaded when it is put. */
export function TokenQuestion() {
  const question = useObservable(tokenQuestion);
  if (question === null) return null;
  return (
    <Suspense>
      <TokenDialog {...question} />
    </Suspense>
  );
}
