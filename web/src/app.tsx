import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { TokenQuestion } from './api/token-question.tsx';
import { Endings } from './downloads/endings.tsx';
import { IncomingUrls } from './downloads/request/incoming-urls.tsx';
import { Shell } from './layout/shell.tsx';
import { LiveContext } from './live/live-context.ts';
import { NoticeToasts } from './notices/notice-toasts.tsx';
import { PageContext } from './page/page-context.ts';
import type { Page } from './page/start-page.ts';
import { theme } from './theme/theme.ts';

/** What is shown before it has come waits for it. */
const Toasts = lazy(async () => ({ default: (await import('./layout/toasts.tsx')).Toasts }));
const DownloadsView = lazy(async () => ({ default: (await import('./downloads/downloads-view.tsx')).DownloadsView }));
const OverviewView = lazy(async () => ({ default: (await import('./overview/overview-view.tsx')).OverviewView }));
const EventsView = lazy(async () => ({ default: (await import('./events/events-view.tsx')).EventsView }));
const ImportsView = lazy(async () => ({ default: (await import('./imports/imports-view.tsx')).ImportsView }));
const ConsoleView = lazy(async () => ({ default: (await import('./console/console-view.tsx')).ConsoleView }));
const NoticesView = lazy(async () => ({ default: (await import('./notices/notices-view.tsx')).NoticesView }));

export function App({ page }: { page: Page }) {
  return (
    // The theme's styles are a file: nothing here may write a <style>.
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={page.queries}>
        <PageContext value={page}>
          <LiveContext value={page.live}>
            <Router hook={useHashLocation}>
              <Shell>
                <Switch>
                  <Route path="/" component={DownloadsView} />
                  <Route path="/downloads/:id" component={DownloadsView} />
                  <Route path="/overview" component={OverviewView} />
                  <Route path="/events" component={EventsView} />
                  <Route path="/imports" component={ImportsView} />
                  <Route path="/imports/:id" component={ImportsView} />
                  <Route path="/console" component={ConsoleView} />
                  <Route path="/console/:id" component={ConsoleView} />
                  <Route path="/notices" component={NoticesView} />
                  <Route>
                    <Redirect to="/" />
                  </Route>
                </Switch>
              </Shell>
              <IncomingUrls />
            </Router>
            <NoticeToasts />
            <Endings />
            <TokenQuestion />
            <Suspense>
              <Toasts />
            </Suspense>
          </LiveContext>
        </PageContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}
