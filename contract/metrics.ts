/** Where CloudWatch keeps the numbers of this system. */
export const METRICS_NAMESPACE = 'FastTrack';

/** What is measured, in words for the people who look at it. */
export const METRICS = {
  messages: 'Messages posted to connections',
  gone: 'Posts to connections that had gone',
  throttled: 'Posts that API Gateway refused for now',
  failed: 'Posts that failed',
  latency: 'From a change to its listeners',
  opened: 'Connections opened',
  reconnections: 'Connections opened again by a client that lost one',
  refused: 'Handshakes refused',
  download_connections: 'Listeners of single downloads',
  queue_connections: 'Listeners of the queue',
  stats_connections: 'Listeners of the statistics',
  general_connections: 'Listeners of general messages',
  dashboard_connections: 'Listeners of the dashboard',
  events_connections: 'Listeners of events',
  imports_connections: 'Listeners of all imports',
  import_connections: 'Listeners of single imports',
  logs_connections: 'Listeners of logs',
  admin_connections: 'Administrators listening',
} as const;

export type MetricName = keyof typeof METRICS;
