import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE, type MetricName } from '../../contract/metrics.ts';

/** Numbers as CloudWatch reads them out of the log (EMF); what was added since the last flush goes out as one line. */
export type Meter = {
  /** Of what happened; nothing happened is not worth a line. */
  count(name: MetricName, value: number): void;
  /** Of what there is now, zero too. */
  gauge(name: MetricName, value: number): void;
  milliseconds(name: MetricName, value: number): void;
  flush(): void;
};

export function meter(): Meter {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE });
  let isEmpty = true;
  const add = (name: MetricName, unit: (typeof MetricUnit)['Count' | 'Milliseconds'], value: number) => {
    isEmpty = false;
    metrics.addMetric(name, unit, value);
  };
  return {
    count(name, value) {
      if (value > 0) add(name, MetricUnit.Count, value);
    },
    gauge: (name, value) => add(name, MetricUnit.Count, value),
    milliseconds: (name, value) => add(name, MetricUnit.Milliseconds, value),
    flush() {
      if (!isEmpty) metrics.publishStoredMetrics();
      isEmpty = true;
    },
  };
}
