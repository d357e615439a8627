import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';

const measured = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  /** The most at any time, less what the process had before it began. */
  rssMb: z.number(),
  counts: z.record(z.string(), z.number()),
});
export type Measured = z.infer<typeof measured>;

const QUIET = { POWERTOOLS_LOG_LEVEL: 'SILENT', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

/** In a contender's process: prints what the work cost it, and what it counted. */
export async function measure(work: () => Promise<Record<string, number>>): Promise<void> {
  const idle = process.memoryUsage.rss() / 1e6;
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const counts = await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - started) / 1000;
  const rssMb = (process.resourceUsage().maxRSS * 1024) / 1e6 - idle;
  console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, rssMb, counts }));
}

/** Runs a contender in a process of its own; `NODE_ARGS` may ask for a profile of it. */
export async function runContender(program: string, args: string[]): Promise<Measured> {
  const nodeArgs = (process.env['NODE_ARGS'] ?? '').split(' ').filter((arg) => arg !== '');
  const { stdout } = await promisify(execFile)(process.execPath, [...nodeArgs, '--import', 'tsx', program, ...args], {
    env: {
      ...process.env,
      ...QUIET,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  return measured.parse(JSON.parse(stdout));
}
