import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { ViewTitle } from '../layout/view-title.tsx';
import { useIsLive } from '../live/live-context.ts';
import { useDashboard } from '../page/page-context.ts';
import { ConnectionsByChannel } from './connections-by-channel.tsx';
import { Figure } from './figure.tsx';
import classes from './overview-view.module.css';

const History = lazy(async () => ({ default: (await import('./history.tsx')).History }));
const ThroughputChart = lazy(async () => ({ default: (await import('./throughput-chart.tsx')).ThroughputChart }));

const COUNTERS = [
  { status: 'pending', tone: 'plain' },
  { status: 'downloading', tone: 'accent' },
  { status: 'completed', tone: 'good' },
  { status: 'failed', tone: 'bad' },
] as const;

export function OverviewView() {
  const { t } = useTranslation();
  const format = useFormat();
  const isLive = useIsLive();
  const dashboard = useDashboard();
  const queue = dashboard?.queue_stats;
  const system = dashboard?.system_stats;
  const about =
    dashboard === null || isLive
      ? t('overview.about')
      : t('overview.as_of', { time: format.time(dashboard.timestamp) });
  return (
    <>
      <ViewTitle title={t('nav.overview')} about={about} />
      <div className={classes.counters} data-stale={!isLive}>
        {COUNTERS.map(({ status, tone }) => (
          <Figure
            key={status}
            name={t(`downloads.several.${status}`)}
            value={queue && format.count(queue[status])}
            tone={tone}
            isLarge
          />
        ))}
      </div>
      <div className={classes.grid} data-stale={!isLive}>
        <section className={`${classes.panel} ${classes.wide}`} aria-labelledby="history">
          <h2 id="history">{t('overview.history')}</h2>
          <Suspense fallback={<Skeleton height={330} />}>
            <History />
          </Suspense>
        </section>
        <section className={classes.panel} aria-labelledby="throughput">
          <h2 id="throughput">{t('overview.throughput')}</h2>
          <Suspense fallback={<Skeleton height={220} />}>
            <ThroughputChart />
          </Suspense>
        </section>
        <section className={classes.panel} aria-labelledby="system">
          <h2 id="system">{t('overview.system')}</h2>
          <div className={classes.figures}>
            <Figure name={t('overview.storage')} value={system && format.bytes(system.total_storage_used)} />
            <Figure name={t('overview.average')} value={system && format.span(system.average_download_time)} />
            <Figure name={t('overview.users')} value={system && format.count(system.users_online)} />
            <Figure name={t('overview.connections')} value={system && format.count(system.active_connections)} />
            <Figure name={t('overview.total')} value={system && format.count(system.total_downloads)} />
            <Figure name={t('overview.uptime')} value={system && format.span(system.system_uptime)} />
          </div>
        </section>
        <section className={`${classes.panel} ${classes.tall}`} aria-labelledby="channels">
          <h2 id="channels">{t('overview.channels')}</h2>
          <ConnectionsByChannel />
        </section>
      </div>
    </>
  );
}
