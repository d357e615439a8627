import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Asks the browser whether it may tell of announcements while another tab is looked at. */
export function AllowNotifications() {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  if (permission !== 'default') return null;
  const ask = async () => setPermission(await Notification.requestPermission());
  return (
    <Button size="xs" variant="light" onClick={() => void ask()}>
      {t('notices.allow')}
    </Button>
  );
}
