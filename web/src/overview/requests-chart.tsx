import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import { useDashboard } from '../page/page-context.ts';

export function RequestsChart() {
  const { t } = useTranslation();
  const format = useFormat();
  const system = useDashboard()?.system_stats;
  const data = [
    { period: t('overview.today'), requests: system?.downloads_today ?? 0 },
    { period: t('overview.week'), requests: system?.downloads_this_week ?? 0 },
    { period: t('overview.month'), requests: system?.downloads_this_month ?? 0 },
  ];
  return (
    <figure
      aria-label={data.map(({ period, requests }) => `${period}: ${format.count(requests)}`).join(', ')}
      style={{ margin: 0 }}
    >
      <BarChart
        h={220}
        data={data}
        dataKey="period"
        series={[{ name: 'requests', label: t('overview.requests'), color: 'spark.4' }]}
        valueFormatter={format.count}
        withBarValueLabel
        maxBarWidth={72}
        barProps={{ radius: [6, 6, 0, 0], isAnimationActive: false }}
        barChartProps={{ margin: { top: 24 } }}
        gridAxis="none"
        withYAxis={false}
        tickLine="none"
      />
    </figure>
  );
}
