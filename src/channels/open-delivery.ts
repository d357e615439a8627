import type { Db } from '../aws/dynamodb.ts';
import type { Meter } from '../aws/metrics.ts';
import { queue, sqsClient } from '../aws/queue.ts';
import { sockets } from '../aws/sockets.ts';
import { connectionsTable } from './connections/table.ts';
import type { DeliverDeps } from './deliver.ts';
import type { FanOutMessage } from './fan-out-message.ts';
import type { Delivered } from './post-tellings.ts';
import { channelsTable } from './table.ts';

type DeliveryEnv = { CONNECTIONS_TABLE: string; WEBSOCKET_CALLBACK_URL: string; FAN_OUT_QUEUE_URL: string };

/** All that telling the listeners of a channel needs. */
export function openDelivery(db: Db, env: DeliveryEnv): DeliverDeps {
  return {
    channels: channelsTable(db, env.CONNECTIONS_TABLE),
    connections: connectionsTable(db, env.CONNECTIONS_TABLE),
    sockets: sockets(env.WEBSOCKET_CALLBACK_URL),
    fanOut: queue<FanOutMessage>(sqsClient(), env.FAN_OUT_QUEUE_URL),
    now: () => new Date(),
  };
}

/** What became of posts, and how many milliseconds after their changes they were done. */
export type Measure = (delivered: Delivered, latencies?: readonly number[]) => void;

export function measureDelivery(metrics: Meter): Measure {
  return ({ sent, gone, throttled, failed }, latencies = []) => {
    metrics.count('messages', sent);
    metrics.count('gone', gone);
    metrics.count('throttled', throttled);
    metrics.count('failed', failed);
    for (const latency of latencies) metrics.milliseconds('latency', latency);
    metrics.flush();
  };
}
