import * as z from 'zod';
import type { Invoker } from '../lambda/invoker.ts';
import { TIMED_OUT, withDeadline } from './deadline.ts';
import type { WebSocketRoute } from './websocket-routes.ts';

type Decision = { accepted: true; subprotocol?: string } | { accepted: false; status: number; message: string };

const connectResult = z.object({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string(), z.unknown()).nullish(),
});

/** Asks the `$connect` function whether a connection may open. 502: it failed, 504: it took too long. */
export async function runConnect(
  invoker: Invoker,
  route: WebSocketRoute,
  event: string,
  log: (line: string) => void,
): Promise<Decision> {
  try {
    const invocation = await withDeadline(invoker.invoke(route.functionName, event), route.timeoutMs);
    if (invocation === TIMED_OUT) return { accepted: false, status: 504, message: 'Endpoint request timed out' };
    if (invocation.functionError !== undefined)
      return { accepted: false, status: 502, message: 'Internal server error' };
    const result = connectResult.safeParse(JSON.parse(invocation.payload));
    if (!result.success) {
      log(`$connect: ${route.functionName} returned no statusCode`);
      return { accepted: false, status: 502, message: 'Internal server error' };
    }
    const { statusCode, headers } = result.data;
    if (statusCode >= 300)
      return { accepted: false, status: statusCode, message: statusCode === 403 ? 'Forbidden' : 'Connection refused' };
    const chosen = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
    return { accepted: true, ...(typeof chosen === 'string' && { subprotocol: chosen }) };
  } catch (error) {
    log(`$connect: ${route.functionName} could not be invoked: ${String(error)}`);
    return { accepted: false, status: 502, message: 'Internal server error' };
  }
}
