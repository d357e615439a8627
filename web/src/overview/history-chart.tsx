import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../language/use-format.ts';
import type { Span } from './history.tsx';

/** So high is the axis at least: a bar of one must not fill it. */
const LEAST = 4;

/** For each span a bar of what was requested, and beside it one of what ended, by how. */
export function HistoryChart({ spans }: { spans: Span[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(...spans.map(({ requested, completed, failed }) => Math.max(requested, completed + failed)));
  return (
    <BarChart
      h={220}
      data={spans}
      dataKey="when"
      series={[
        { name: 'requested', label: t('overview.requested'), color: 'dark.3', stackId: 'requested' },
        { name: 'completed', label: t('overview.completed'), color: 'var(--ft-good)', stackId: 'ended' },
        { name: 'failed', label: t('overview.failed'), color: 'var(--ft-bad)', stackId: 'ended' },
      ]}
      valueFormatter={format.short}
      withLegend
      legendProps={{ verticalAlign: 'bottom', itemSorter: null }}
      maxBarWidth={28}
      barChartProps={{ barGap: 1, barCategoryGap: '18%' }}
      tickLine="none"
      xAxisProps={{ minTickGap: 12 }}
      yAxisProps={{ width: 36, allowDecimals: false, domain: [0, most < LEAST ? LEAST : 'auto'] }}
    />
  );
}
