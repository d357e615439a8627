import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildWeb } from './build-web.ts';

// One esbuild run for all functions: CDK's own NodejsFunction would start one process for each.
const entries = (await readdir('functions')).filter((file) => file.endsWith('.ts'));

const CLIENT = 'dist/web/assets/fasttrack-client.js';
const CLIENT_MAX_BYTES = 6000;

await rm('dist/functions', { recursive: true, force: true });
await build({
  entryPoints: Object.fromEntries(entries.map((file) => [`${file.slice(0, -3)}/index`, `functions/${file}`])),
  outdir: 'dist/functions',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  // Lambda runs Node 24, a laptop may still run 20: the same bundle serves both.
  target: 'node20',
  // Packages' ES modules first, or the AWS SDK comes whole.
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  banner: {
    // undici is CommonJS and requires Node's own modules, for which an ES module has no `require`.
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

await buildWeb();
await build({
  entryPoints: ['client/fasttrack-client.ts'],
  outfile: CLIENT,
  bundle: true,
  format: 'esm',
  // Browsers and Node alike.
  platform: 'neutral',
  target: 'es2022',
  minify: true,
  logLevel: 'warning',
});
const clientBytes = gzipSync(await readFile(CLIENT), { level: 9 }).length;
if (clientBytes > CLIENT_MAX_BYTES) throw new Error(`${CLIENT} has ${clientBytes} bytes compressed.`);
console.log(`${CLIENT}: ${clientBytes} bytes compressed`);
await cp('node_modules/rapidoc/dist/rapidoc-min.js', 'dist/web/assets/rapidoc-min.js');
