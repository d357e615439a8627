import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { type MetricName, METRICS, METRICS_NAMESPACE } from '../contract/metrics.ts';
import type { FunctionName } from './config.ts';
import { NodeFunction } from './node-function.ts';

const MINUTE = Duration.minutes(1);
const LISTENERS = [
  'download_connections',
  'queue_connections',
  'stats_connections',
  'general_connections',
  'dashboard_connections',
  'events_connections',
  'imports_connections',
  'import_connections',
  'logs_connections',
  'admin_connections',
] as const satisfies readonly MetricName[];
const POSTS = ['messages', 'gone', 'throttled', 'failed'] as const satisfies readonly MetricName[];
const POSTING = ['notifier', 'broadcaster', 'fan-out'] as const satisfies readonly FunctionName[];

/** What operators look at: who listens, what is told and how late, and what fails among the functions that stand in `scope` by now. */
export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const functions = scope.node.findAll().filter((construct) => construct instanceof NodeFunction);
    const errors = functions.map((fn) => fn.metricErrors({ period: MINUTE, statistic: 'sum' }));
    const latency = (['p50', 'p99'] as const).map((statistic) => measured('notifier', 'latency', statistic));
    const handshakes = (['opened', 'reconnections', 'refused'] as const).map((name) => measured('connections', name));
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [
          graph(
            'Listeners',
            LISTENERS.map((name) => measured('janitor', name, 'max')),
          ),
          graph('Handshakes', handshakes),
        ],
        [
          graph('From a change to its listeners, in milliseconds', latency),
          graph(
            'Posts',
            POSTING.flatMap((by) => POSTS.map((name) => measured(by, name))),
          ),
        ],
        [graph('Failed invocations', errors)],
      ],
    });
  }
}

/** What a function says of itself in its log. */
function measured(by: FunctionName, name: MetricName, statistic = 'sum'): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: name,
    // Powertools names the service in each line: `POWERTOOLS_SERVICE_NAME`.
    dimensionsMap: { service: by },
    label: statistic.startsWith('p') ? `${METRICS[name]} (${statistic})` : `${METRICS[name]} (${by})`,
    statistic,
    period: MINUTE,
  });
}

const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 12 });
