import { Alert, Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { RequestFailed } from '../api/request-failed.ts';

/** Why something was not done, in the reader's words. */
export function useReason() {
  const { t } = useTranslation();
  return (failure: unknown): string => {
    if (!(failure instanceof RequestFailed)) return t('failure.unexpected', { status: '?' });
    if (failure.status === 0) return t('failure.unreachable');
    if (failure.problem === null) return t('failure.unexpected', { status: failure.status });
    return [failure.problem.title, ...(failure.problem.errors ?? []).map(({ message }) => message)].join(' ');
  };
}

/** What could not be read, with a way to try again. */
export function Failure({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const reason = useReason();
  return (
    <Alert color="red" variant="light" title={t('failure.title')} role="alert">
      <p>{reason(error)}</p>
      <Button size="xs" variant="default" onClick={retry}>
        {t('failure.retry')}
      </Button>
    </Alert>
  );
}
