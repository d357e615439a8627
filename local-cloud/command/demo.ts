import { spawn } from 'node:child_process';
import { dieWithMe } from '../processes/watchdog.ts';

/** Runs a module that uses the application as somebody would. It ends with this process, however that ends. */
export function startDemo(module: string, appUrl: string, log: (line: string) => void): () => void {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), module], {
    env: { ...process.env, APP_URL: appUrl },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forget = child.pid === undefined ? undefined : dieWithMe(child.pid);
  child.once('error', (error) => log(`the demo could not start: ${error.message}`));
  child.once('exit', (code) => {
    forget?.();
    if (code !== null && code !== 0) log(`the demo ended with code ${code}`);
  });
  return () => child.kill();
}
