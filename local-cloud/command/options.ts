import { parseArgs } from 'node:util';
import * as z from 'zod';

export const HELP = `Runs the whole system on this machine.

  npm start -- [options]

  --fresh         begins with no data: empties DATA_DIR first
  --demo          shows the system at work
  --watch         builds and exchanges what you change while it runs
  -c key=value    CDK context, as often as needed
  --help          this text

Environment: PORT (8000), AWS_PORT (4566), DATA_DIR (.local), HOST (127.0.0.1; 0.0.0.0 opens the application to the
network), DYNAMODB_ENDPOINT (a DynamoDB that already runs; else one is started).`;

/** A flag or variable that makes no sense; the message says which. */
export class BadOption extends Error {
  override readonly name = 'BadOption';
}

const port = z.coerce.number().int().min(0).max(65_535);
const environment = z.object({
  PORT: port.default(8000),
  AWS_PORT: port.default(4566),
  DATA_DIR: z.string().min(1).default('.local'),
  // The functions reach the AWS APIs at 127.0.0.1, so that address must always be among those listened at.
  HOST: z.enum(['127.0.0.1', '0.0.0.0', '::']).default('127.0.0.1'),
  DYNAMODB_ENDPOINT: z.url().optional(),
});

export type CommandOptions = {
  fresh: boolean;
  demo: boolean;
  watch: boolean;
  help: boolean;
  context: Record<string, string>;
  environment: z.infer<typeof environment>;
};

/** Throws BadOption. */
export function readOptions(args: string[], variables: NodeJS.ProcessEnv): CommandOptions {
  const { context = [], fresh = false, demo = false, watch = false, help = false } = parseFlags(args);
  const parsed = environment.safeParse(variables);
  if (!parsed.success)
    throw new BadOption(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  return { fresh, demo, watch, help, context: Object.fromEntries(context.map(keyAndValue)), environment: parsed.data };
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        fresh: { type: 'boolean' },
        demo: { type: 'boolean' },
        watch: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        context: { type: 'string', short: 'c', multiple: true },
      },
    }).values;
  } catch (error) {
    throw new BadOption(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function keyAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new BadOption(`-c takes key=value, and got ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
