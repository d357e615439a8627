import '@mantine/notifications/styles.css';
import { createTheme, MantineThemeProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

/** Where toasts appear. */
export function Toasts() {
  const { t } = useTranslation();
  // Mantine's own button to close one has no name.
  const theme = useMemo(() => {
    const defaultProps = { closeButtonProps: { 'aria-label': t('layout.close') } };
    return createTheme({ components: { Notification: { defaultProps } } });
  }, [t]);
  return (
    <MantineThemeProvider theme={theme}>
      <Notifications position="bottom-right" limit={4} />
    </MantineThemeProvider>
  );
}
