import * as z from 'zod';
import { log } from './log.ts';
import type { Meter } from './metrics.ts';

const context = {
  connectionId: z.string(),
  connectedAt: z.number().optional(),
};
const input = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('CONNECT'),
    requestContext: z.object(context),
    headers: z.record(z.string(), z.string()).optional(),
    queryStringParameters: z.record(z.string(), z.string()).nullish(),
  }),
  z.object({ kind: z.literal('MESSAGE'), requestContext: z.object(context), body: z.string().optional() }),
  z.object({ kind: z.literal('DISCONNECT'), requestContext: z.object(context) }),
]);
const kindOf = z.object({ requestContext: z.object({ eventType: z.string() }) });

export type Handshake = { connectionId: string; headers: Map<string, string>; query: Record<string, string> };

export type WebSocketHandlers = {
  /** Answers with the HTTP status of the handshake: 200 opens the connection, all else refuses it. */
  connect(handshake: Handshake): Promise<number>;
  message(connectionId: string, text: string): Promise<void>;
  disconnect(connectionId: string): Promise<void>;
};

/** The edge of a WebSocket API: `$connect`, `$disconnect` and `$default`, parsed. */
export function webSocket(handlers: WebSocketHandlers, metrics: Meter) {
  return async (event: unknown): Promise<{ statusCode: number }> => {
    const { eventType } = kindOf.parse(event).requestContext;
    const parsed = input.parse({ ...z.record(z.string(), z.unknown()).parse(event), kind: eventType });
    const { connectionId } = parsed.requestContext;
    switch (parsed.kind) {
      case 'CONNECT': {
        const headers = new Map(
          Object.entries(parsed.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
        );
        const query = parsed.queryStringParameters ?? {};
        const statusCode = await handlers.connect({ connectionId, headers, query });
        if (statusCode !== 200) log.info('handshake refused', { statusCode });
        metrics.count(statusCode === 200 ? 'opened' : 'refused', 1);
        // The first attempt of a client that had a connection before.
        if (statusCode === 200 && Number(query['attempt'] ?? 0) > 0) metrics.count('reconnections', 1);
        metrics.flush();
        return { statusCode };
      }
      case 'MESSAGE':
        await handlers.message(connectionId, parsed.body ?? '');
        return { statusCode: 200 };
      case 'DISCONNECT':
        await handlers.disconnect(connectionId);
        return { statusCode: 200 };
    }
  };
}
