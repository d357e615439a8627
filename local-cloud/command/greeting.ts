import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { Stack } from '../stack.ts';

/** What is printed when everything answers. */
export function greeting(
  stack: Pick<Stack, 'appUrl' | 'awsUrl' | 'outputs'>,
  { dataDir, host, readyMs, synthMs }: { dataDir: string; host: string; readyMs: number; synthMs: number | null },
): string {
  const network = networkUrl(host, stack.appUrl);
  const rows = [
    ['Application', stack.appUrl],
    ...(network === undefined ? [] : [['On the network', network]]),
    ['AWS APIs', `${stack.awsUrl}   region us-east-1, credentials test / test`],
    ['', `aws --endpoint-url ${stack.awsUrl} s3 ls`],
    ['Data', path.relative(process.cwd(), dataDir) || '.'],
    ...Object.entries(stack.outputs),
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const synth = synthMs === null ? 'synth cached' : `synth took ${(synthMs / 1000).toFixed(1)} s`;
  return [
    '',
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(width)}  ${value}`),
    '',
    `  ready in ${Math.round(readyMs)} ms (${synth}). Ctrl-C stops; nothing is lost.`,
    '',
  ].join('\n');
}

/** The address at which other machines reach the application, when it is open to them. */
function networkUrl(host: string, appUrl: string): string | undefined {
  if (host === '127.0.0.1') return undefined;
  const addresses = Object.values(networkInterfaces()).flat();
  const address = addresses.find((each) => each?.family === 'IPv4' && !each.internal)?.address;
  return address && `http://${address}:${new URL(appUrl).port}`;
}
