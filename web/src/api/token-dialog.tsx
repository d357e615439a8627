import { Button, PasswordInput, Stack } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../layout/dialog.tsx';

type Props = { wasRefused: boolean; answer: (token: string | null) => void };

/** Asks for the token of a deployment that has one; what was refused for want of it then goes through by itself. */
export function TokenDialog({ wasRefused, answer }: Props) {
  const { t } = useTranslation();
  const [token, setToken] = useState('');
  const [tried, setTried] = useState('');
  const [isTrying, setTrying] = useState(false);
  // The same question again: what was tried is not the token.
  useEffect(() => setTrying(false), [answer]);
  const given = token.trim();
  return (
    <Dialog opened onClose={() => answer(null)} title={t('token.title')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (given === '') return;
          setTried(token);
          setTrying(true);
          answer(given);
        }}
      >
        <Stack>
          <PasswordInput
            label={t('token.label')}
            description={t('token.about')}
            error={wasRefused && !isTrying && token === tried ? t('token.refused') : null}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
          <Button type="submit" disabled={given === ''} loading={isTrying}>
            {t('token.use')}
          </Button>
        </Stack>
      </form>
    </Dialog>
  );
}
