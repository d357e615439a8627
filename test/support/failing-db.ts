import type { Db } from '../../src/aws/dynamodb.ts';

/** The process that used it is dead: nothing it began comes to an end. */
export class Died extends Error {
  override readonly name = 'Died';
}

/**
 * The tables of a worker that dies at its `after`th request, before it (`arrives: false`) or after it arrived: every later one fails.
 * `requests` counts them.
 */
export function dyingDb(db: Db, after: number, arrives: boolean) {
  let requests = 0;
  const dying = new Proxy(db, {
    get(target, name) {
      if (name !== 'send') return Reflect.get(target, name) as unknown;
      return async (command: Parameters<Db['send']>[0]) => {
        requests += 1;
        if (requests > after || (requests === after && !arrives)) throw new Died('the worker is dead');
        const answer = await target.send(command);
        if (requests >= after) throw new Died('the worker died before it was answered');
        return answer;
      };
    },
  });
  return { db: dying, requests: () => requests };
}
