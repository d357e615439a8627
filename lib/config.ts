import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import * as z from 'zod';
import { hostName } from '../contract/sources.ts';
import { timeZone } from '../contract/time-zone.ts';

/** The functions of this system: `functions/{name}.ts`. */
export const FUNCTION_NAMES = [
  'http',
  'connections',
  'live-stream',
  'export',
  'download-worker',
  'import-worker',
  'greeter',
  'notifier',
  'fan-out',
  'broadcaster',
  'dead-letter',
  'janitor',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

const positive = z.coerce.number().int().min(1);
/** `--context name=value` gives text where cdk.json gives JSON; both mean the same here. */
const yesOrNo = z.union([z.boolean(), z.stringbool()]);
const list = (item: z.ZodType<string, string>) =>
  z
    .union([z.array(z.string()), z.string().transform((text) => text.split(','))])
    .pipe(z.array(item).min(1, 'needs at least one value'));
const json = <T extends z.ZodType>(schema: T) =>
  z
    .union([
      z.string().transform((text, context): unknown => {
        try {
          return JSON.parse(text);
        } catch (error) {
          context.addIssue({ code: 'custom', message: `is not JSON: ${String(error)}` });
          return z.NEVER;
        }
      }),
      z.record(z.string(), z.unknown()),
    ])
    .pipe(schema);
/** Empty and null are how cdk.json names a setting without setting it. */
const unset = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional());

/** None is a list too. */
const hosts = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(',').filter((name) => name !== ''))])
  .pipe(z.array(hostName))
  .prefault([]);

const context = z
  .object({
    /** Web origins that may call the API from a browser; `*` is everybody, who then sends no cookies. */
    allowedOrigins: list(
      z.string().regex(/^(\*|https?:\/\/[^/*\s]+)$/, 'must be * or an origin such as https://example.com'),
    ).prefault(['*']),
    /** Downloads that run at one time (Lambda's limits for a queue are 2 to 1000). */
    downloadConcurrency: z.coerce.number().int().min(2).max(1000).prefault(10),
    /** Imports that run at one time; each writes 25 rows at once. */
    importConcurrency: z.coerce.number().int().min(2).max(1000).prefault(5),
    /** Lambda concurrency kept for a function and capped to it; a new AWS account may be too small for any. */
    reservedConcurrency: json(z.partialRecord(z.enum(FUNCTION_NAMES), positive)).prefault({}),
    /** A larger file fails with `too_large`. */
    maxDownloadBytes: positive.prefault(20 * 1024 ** 3),
    /** WebSockets that one address may have open. */
    maxConnectionsPerIp: positive.prefault(50),
    /** Media that lasts longer fails with `too_long`, where the source tells how long it is. */
    maxDurationSeconds: positive.prefault(12 * 60 * 60),
    /** The hosts that may be asked for, their subdomains included; none: all may. */
    allowedHosts: hosts,
    /** The hosts that may not, nor may a redirect lead there; their subdomains included. */
    deniedHosts: hosts,
    /** Days after its end when a download is deleted with its file; unset: never. */
    retentionDays: unset(positive),
    /** The zone of events whose date names none, and of the dates that an export shows. */
    timeZone: timeZone.prefault('America/Sao_Paulo'),
    /** How long CloudWatch keeps logs, in days. */
    logRetentionDays: z.coerce.number().pipe(z.enum(RetentionDays)).prefault(RetentionDays.ONE_MONTH),
    /** Requests per second (and at once) that each of the two APIs takes before it answers 429. */
    throttling: json(z.object({ rate: positive, burst: positive })).prefault({ rate: 500, burst: 1000 }),
    /** Downloads and media outlive the stack; false deletes them with it. */
    retain: yesOrNo.prefault(true),
    /** The NAME of the SSM SecureString parameter that holds the access token. Without it anybody may write. */
    accessToken: unset(z.string().regex(/^\/?[\w.-]+(\/[\w.-]+)*$/, 'must be the name of an SSM parameter')),
    /** Another address than CloudFront's own; its certificate (ACM, us-east-1); and its Route 53 zone, when it has one. */
    domainName: unset(z.hostname()),
    certificateArn: unset(
      z
        .string()
        .regex(/^arn:[\w-]+:acm:us-east-1:\d{12}:certificate\/[\w-]+$/, 'must be an ACM certificate of us-east-1'),
    ),
    hostedZoneId: unset(z.string().regex(/^Z[A-Z0-9]+$/, 'must be a Route 53 zone id')),
    /** Who gets the alarms. */
    alarmEmail: unset(z.email()),
    /** Where `npm run build` leaves the bundles and the site. */
    dist: z.string().prefault('dist'),
  })
  .refine((given) => (given.domainName === undefined) === (given.certificateArn === undefined), {
    path: ['domainName'],
    message: 'needs certificateArn, and certificateArn needs it',
  })
  .refine((given) => given.hostedZoneId === undefined || given.domainName !== undefined, {
    path: ['hostedZoneId'],
    message: 'needs domainName',
  });

export type Config = z.output<typeof context>;

/** The settings of this deployment, from cdk.json and `--context`; throws with all that is wrong with them. */
export function readConfig(node: Node): Config {
  const given = Object.fromEntries(Object.keys(context.shape).map((name) => [name, node.tryGetContext(name)]));
  const parsed = context.safeParse(given);
  if (!parsed.success) throw new Error(`Wrong context in cdk.json or --context:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
