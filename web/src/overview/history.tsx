import { SegmentedControl, Skeleton } from '@mantine/core';
import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DownloadHistory } from '../../../contract/download-history.ts';
import { useFormat, type Format } from '../language/use-format.ts';
import { Failure } from '../layout/failure.tsx';
import { useDashboard } from '../page/page-context.ts';
import { Figure } from './figure.tsx';
import { HistoryChart } from './history-chart.tsx';
import { HistoryTable } from './history-table.tsx';
import classes from './history.module.css';
import { useHistory } from './use-history.ts';

const PERIODS = ['day', 'week', 'month'] as const;
type Period = (typeof PERIODS)[number];
const WEEK_DAYS = 7;

/** An hour of the reader's clock, or a day of UTC, and what was counted in it. */
export type Span = { at: string; when: string; requested: number; completed: number; failed: number };

/** What was requested, completed and failed over a day, a week or a month. */
export function History() {
  const { t } = useTranslation();
  const format = useFormat();
  const system = useDashboard()?.system_stats;
  const [period, setPeriod] = useState<Period>('day');
  const { data, error, refetch } = useHistory();
  const spans = useMemo(() => data && spansOf(data, period, format), [data, period, format]);
  const summaryId = useId();
  const sum = (counted: keyof Omit<Span, 'at' | 'when'>) =>
    format.count(spans?.reduce((total, span) => total + span[counted], 0) ?? 0);
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      <div className={classes.head}>
        <div className={classes.figures}>
          <Figure name={t('overview.today')} value={system && format.count(system.downloads_today)} />
          <Figure name={t('overview.week')} value={system && format.count(system.downloads_this_week)} />
          <Figure name={t('overview.month')} value={system && format.count(system.downloads_this_month)} />
        </div>
        <SegmentedControl
          aria-label={t('overview.period.label')}
          value={period}
          onChange={(value) => setPeriod(PERIODS.find((each) => each === value) ?? period)}
          data={PERIODS.map((each) => ({ value: each, label: t(`overview.period.${each}`) }))}
        />
      </div>
      {spans === undefined ? (
        <Skeleton height={260} />
      ) : (
        <figure className={classes.figure} aria-labelledby={summaryId}>
          <figcaption id={summaryId}>
            {t('overview.summary', {
              period: t(`overview.last.${period}`),
              requested: sum('requested'),
              completed: sum('completed'),
              failed: sum('failed'),
            })}
          </figcaption>
          <HistoryChart spans={spans} />
          <p className={classes.note}>{t(period === 'day' ? 'overview.hours_note' : 'overview.days_note')}</p>
          <HistoryTable spans={spans} />
        </figure>
      )}
    </>
  );
}

function spansOf({ hours, days }: DownloadHistory, period: Period, format: Format): Span[] {
  if (period === 'day') return hours.map((hour) => ({ ...hour, when: format.hour(hour.at) }));
  const shown = period === 'week' ? days.slice(-WEEK_DAYS) : days;
  return shown.map(({ day, ...counts }) => ({ ...counts, at: day, when: format.utcDay(day) }));
}
