import '@mantine/charts/styles.css';
import { AreaChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { useObservable } from '../live/observable.ts';
import { usePage } from '../page/page-context.ts';
import classes from './throughput-chart.module.css';

/** So high is the axis at least, in bytes per second: slow downloads are to look slow. */
const LEAST = 1_000_000;

export function ThroughputChart() {
  const { t } = useTranslation();
  const format = useFormat();
  const history = useObservable(usePage().throughput);
  const most = Math.max(0, ...history.map(({ speed }) => speed));
  if (most === 0) return <p className={classes.idle}>{t('overview.idle')}</p>;
  const now = history.at(-1)?.speed ?? 0;
  return (
    <figure aria-label={`${t('overview.throughput')}: ${format.speed(now)}`} className={classes.figure}>
      <AreaChart
        h={220}
        data={history.map(({ at, speed }) => ({ at: format.time(new Date(at)), speed }))}
        dataKey="at"
        series={[{ name: 'speed', label: t('overview.speed'), color: 'spark.4' }]}
        valueFormatter={format.speed}
        withDots={false}
        curveType="monotone"
        tickLine="none"
        gridAxis="x"
        xAxisProps={{ minTickGap: 40 }}
        yAxisProps={{ width: 74, domain: [0, most < LEAST ? LEAST : 'auto'] }}
        areaProps={{ isAnimationActive: false }}
      />
    </figure>
  );
}
