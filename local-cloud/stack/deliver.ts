import type { Invoker } from '../lambda/invoker.ts';
import type { Queues } from '../sqs/queues.ts';

/** Hands a payload to the function or queue an ARN names, as AWS's services do among themselves. */
export type Deliver = (targetArn: string, payload: string) => Promise<void>;

export function createDeliver(invoker: Pick<Invoker, 'invokeAsync'>, queues: Pick<Queues, 'send'>): Deliver {
  return async (targetArn, payload) => {
    const [, , service, , , ...resource] = targetArn.split(':');
    const [first = '', second = ''] = resource;
    switch (service) {
      case 'lambda':
        return invoker.invokeAsync(second, payload);
      case 'sqs':
        return queues.send(first, payload);
      default:
        throw new Error(`The local cloud cannot deliver to ${targetArn}.`);
    }
  };
}
