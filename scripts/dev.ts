import { spawn } from 'node:child_process';
import * as z from 'zod';
import { createServer } from 'vite';
import { webSettings } from './web-settings.ts';

// The running system, rebuilt as you type, and in front of it the dashboard with hot reload.
const { PORT, WEB_PORT } = z
  .object({ PORT: z.coerce.number().default(8000), WEB_PORT: z.coerce.number().default(5173) })
  .parse(process.env);
/** Everything that is not the dashboard's own. */
const SERVED_BY_THE_STACK =
  '^/(ws/|api/|downloads|eventos|events|uploads|notifications|health|docs|openapi.json|asyncapi.json|assets/)';

const stack = spawn(
  process.execPath,
  ['--import', 'tsx', 'local-cloud/start.ts', '--watch', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
stack.once('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stack.kill(signal));

const server = await createServer({
  ...webSettings,
  server: {
    port: WEB_PORT,
    // `web/` imports what it shares with the server.
    fs: { allow: ['..'] },
    proxy: { [SERVED_BY_THE_STACK]: { target: `http://localhost:${PORT}`, ws: true } },
  },
});
await server.listen();
console.log(`  Dashboard         http://localhost:${WEB_PORT}   with hot reload`);
