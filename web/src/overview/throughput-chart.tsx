import '@mantine/charts/styles.css';
import { AreaChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { useObservable } from '../live/observable.ts';
import { usePage } from '../page/page-context.ts';

export function ThroughputChart() {
  const { t } = useTranslation();
  const format = useFormat();
  const history = useObservable(usePage().throughput);
  const now = history.at(-1)?.speed ?? 0;
  return (
    <figure aria-label={`${t('overview.throughput')}: ${format.speed(now)}`} style={{ margin: 0 }}>
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
        yAxisProps={{ width: 74 }}
        areaProps={{ isAnimationActive: false }}
      />
    </figure>
  );
}
