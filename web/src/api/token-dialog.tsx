import { Button, PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../layout/dialog.tsx';
import { accessToken, tokenWanted } from './access-token.ts';

/** Asks for the token of a deployment that has one; what was refused for want of it is then to be asked again. */
export function TokenDialog() {
  const { t } = useTranslation();
  const [token, setToken] = useState('');
  const close = () => tokenWanted.set(false);
  return (
    <Dialog opened onClose={close} title={t('token.title')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          accessToken.set(token.trim());
          close();
        }}
      >
        <Stack>
          <PasswordInput
            label={t('token.label')}
            description={t('token.about')}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
          <Button type="submit">{t('token.use')}</Button>
        </Stack>
      </form>
    </Dialog>
  );
}
