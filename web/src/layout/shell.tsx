import { Loader, UnstyledButton } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { ConnectionIndicator } from './connection-indicator.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { LanguageButton } from './language-button.tsx';
import { Navigation } from './navigation.tsx';
import { ShortcutsButton } from './shortcuts.tsx';
import classes from './shell.module.css';
import { ThemeButton } from './theme-button.tsx';
import { viewAt } from './views.ts';

/** What stands around every view. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [location] = useLocation();
  const view = viewAt(location);
  useDocumentTitle(view === undefined ? 'FastTrack' : `${t(view.name)} · FastTrack`);
  return (
    <div className={classes.shell}>
      <UnstyledButton className={classes.skip} onClick={() => document.getElementById('content')?.focus()}>
        {t('layout.skip')}
      </UnstyledButton>
      <header className={classes.header}>
        <a className={classes.brand} href="#/">
          <img src="/favicon.svg" alt="" width={30} height={30} />
          FastTrack
        </a>
        <div className={classes.tools}>
          <ConnectionIndicator />
          <LanguageButton />
          <ThemeButton />
          <ShortcutsButton />
        </div>
      </header>
      <Navigation />
      <main id="content" className={classes.main} tabIndex={-1}>
        <ErrorBoundary key={view?.path ?? ''} texts={{ title: t('layout.broken'), again: t('layout.reload') }}>
          <Suspense fallback={<Loader className={classes.loading} aria-label={t('layout.loading')} />}>
            {children}
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}
