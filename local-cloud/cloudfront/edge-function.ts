import { createContext, Script } from 'node:vm';
import * as z from 'zod';

/** A CloudFront function: takes an event object, returns what its `handler` returned, as parsed JSON. */
export type EdgeFunction = (event: object) => unknown;

/** The function threw, or took too long: CloudFront answers 503. */
export class EdgeFunctionFailed extends Error {
  override readonly name = 'EdgeFunctionFailed';
}

/**
 * CloudFront allows about 1 ms of CPU. `vm` can only measure the time that passes, and on a busy laptop that must not
 * punish the innocent: this ends a loop, nothing finer.
 */
const TIMEOUT_MS = 1000;

/**
 * Everything goes in and out as JSON text, so that no object of ours is ever reachable from the function. `vm` is no
 * fence against an attacker, and need not be: the code is that of whoever deploys, who could run anything anyway.
 */
const BEFORE = `globalThis.__lines = [];
globalThis.console = { log: (...values) => void __lines.push(values.map(String).join(' ')) };
`;
const AFTER = `
Promise.resolve()
  .then(() => handler(JSON.parse(__event)))
  .then(
    (result) => { globalThis.__outcome = JSON.stringify({ result, lines: __lines }); },
    (error) => { globalThis.__outcome = JSON.stringify({ error: String((error && error.stack) || error), lines: __lines }); },
  );`;
const outcome = z.object({ result: z.unknown().optional(), error: z.string().optional(), lines: z.array(z.string()) });

/** Compiles a function for the runtime `cloudfront-js-2.0`. Every call runs in a fresh context: AWS keeps no state either. */
export function edgeFunction(arn: string, code: string, log: (line: string) => void): EdgeFunction {
  if (/^\s*import\b/m.test(code))
    throw new Error(`CloudFront function ${arn}: imports (KeyValueStore) are not emulated`);
  const script = new Script(BEFORE + code + AFTER, { filename: arn, lineOffset: 1 - BEFORE.split('\n').length });
  return (event) => {
    // Without a prototype: `this.constructor` would lead out to our own Function.
    const sandbox: Record<string, unknown> = Object.create(null);
    sandbox['__event'] = JSON.stringify(event);
    const context = createContext(sandbox, {
      // Promises settle before runInContext returns, within its timeout.
      microtaskMode: 'afterEvaluate',
      codeGeneration: { strings: false, wasm: false },
    });
    try {
      script.runInContext(context, { timeout: TIMEOUT_MS });
    } catch (error) {
      throw new EdgeFunctionFailed(`${arn}: ${String(error)}`);
    }
    const said = sandbox['__outcome'];
    if (typeof said !== 'string') throw new EdgeFunctionFailed(`${arn}: never settled`);
    const { result, error, lines } = outcome.parse(JSON.parse(said));
    for (const line of lines) log(`${arn}: ${line}`);
    if (error !== undefined) throw new EdgeFunctionFailed(`${arn}: ${error}`);
    return result;
  };
}
