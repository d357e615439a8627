import path from 'node:path';
import { startDemo } from './command/demo.ts';
import { greeting } from './command/greeting.ts';
import { inputTimes, watchInputs } from './command/inputs.ts';
import { BadOption, HELP, readOptions, type CommandOptions } from './command/options.ts';
import { readLocalCloudSettings } from './command/project.ts';
import { stillUsed, synthesise, SynthFailed } from './command/synthesise.ts';
import type { Stack } from './stack.ts';
import { DataDirRefused, emptyDataDir } from './stack/data-dir.ts';
import { PortTaken } from './stack/listen.ts';
import { TemplateRefused } from './template/template-refused.ts';

const STOP_MS = 1_800;
const STILL_USED_MS = 60_000;

/** Failures whose message is all a user needs. */
const EXPLAINED = [BadOption, DataDirRefused, PortTaken, SynthFailed, TemplateRefused];

async function main(options: CommandOptions): Promise<void> {
  const root = process.cwd();
  const { PORT, AWS_PORT, DATA_DIR, HOST, DYNAMODB_ENDPOINT } = options.environment;
  const dataDir = path.resolve(root, DATA_DIR);
  if (options.fresh) await emptyDataDir(dataDir);

  const settings = readLocalCloudSettings(root);
  const atStart = inputTimes(root);
  const passEnvironment = [...settings.passEnvironment];
  const defaults = { ...settings.environment, ...(options.demo && settings.demoEnvironment) };
  for (const [name, value] of Object.entries(defaults)) {
    process.env[name] ??= value;
    passEnvironment.push(name);
  }

  // Loaded meanwhile, because it takes as long as reading every input does.
  const [first, { startStack }] = await Promise.all([synthesise(root, options.context), import('./stack.ts')]);
  const start: Start = (cdkOut, port, awsPort) =>
    startStack({
      cdkOut,
      dataDir,
      port,
      awsPort,
      host: HOST,
      passEnvironment,
      ...(DYNAMODB_ENDPOINT !== undefined && { dynamodbEndpoint: DYNAMODB_ENDPOINT }),
    });
  const running = { cdkOut: first.cdkOut, stack: await start(first.cdkOut, PORT, AWS_PORT) };
  stopOnSignals(() => running.stack.stop());
  setInterval(() => stillUsed(running.cdkOut), STILL_USED_MS);
  console.log(greeting(running.stack, { dataDir, host: HOST, readyMs: performance.now(), synthMs: first.tookMs }));

  if (options.demo && settings.demo !== undefined)
    startDemo(path.resolve(root, settings.demo), running.stack.appUrl, console.log);
  if (options.watch)
    watchInputs(root, atStart, async (files) => {
      console.log(`changed: ${files.join(', ')}`);
      try {
        const next = await synthesise(root, options.context);
        if (next.cdkOut !== running.cdkOut) console.log(await exchange(running, next.cdkOut, start));
      } catch (error) {
        console.error(`${explain(error)}\n\nWhat ran before runs on.`);
      }
    });
}

type Running = { cdkOut: string; stack: Stack };
type Start = (cdkOut: string, port: number, awsPort: number) => Promise<Stack>;

/** Puts a new assembly in the place of the running one, by a restart at the same ports when there is no other way; says what it did. */
async function exchange(running: Running, cdkOut: string, start: Start): Promise<string> {
  const exchanged = await running.stack.reload(cdkOut);
  if (exchanged !== null) {
    running.cdkOut = cdkOut;
    return `reloaded: ${[...exchanged.functions, ...exchanged.sites].join(', ') || 'nothing'}`;
  }
  const port = Number(new URL(running.stack.appUrl).port);
  const awsPort = Number(new URL(running.stack.awsUrl).port);
  await running.stack.stop();
  try {
    running.stack = await start(cdkOut, port, awsPort);
  } catch (error) {
    running.stack = await start(running.cdkOut, port, awsPort);
    throw error;
  }
  running.cdkOut = cdkOut;
  return 'restarted: more than functions and sites is different';
}

function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      console.log('stopped');
      // What is not closed by then is none the worse: everything accepted is on disk.
      setTimeout(() => process.exit(0), STOP_MS).unref();
      void stop().finally(() => process.exit(0));
    });
}

function explain(error: unknown): string {
  if (error instanceof SynthFailed) return `${error.message}:\n\n${error.output}`;
  if (error instanceof Error && EXPLAINED.some((kind) => error instanceof kind)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function fail(error: unknown): never {
  console.error(explain(error));
  process.exit(1);
}

// Said by the SDK on Node 20, for each process; this project pins both.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) console.log(HELP);
  else await main(options);
} catch (error) {
  fail(error);
}
