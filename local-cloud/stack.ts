import path from 'node:path';
import type { StreamingService } from './aws-request.ts';
import { startEndpoint } from './endpoint.ts';
import { startSchedule } from './scheduler/schedule.ts';
import { EXECUTE_API, LAMBDA_URL, localAddresses } from './stack/addresses.ts';
import { isAdmitted } from './stack/admission.ts';
import { exchangeable } from './stack/changes.ts';
import { createClosers, repeat, type Closers } from './stack/closers.ts';
import { openDataDir } from './stack/data-dir.ts';
import { createFront, type Front } from './stack/front.ts';
import { defineFunction, lambdaServiceRefusing } from './stack/functions.ts';
import { createGateways, type Gateways } from './stack/gateways.ts';
import { later } from './stack/later.ts';
import { namingThePort, serve } from './stack/listen.ts';
import { startMapping } from './stack/mappings.ts';
import { scheduleInput } from './stack/schedule-input.ts';
import { createResources, openServices, type Services } from './stack/services.ts';
import { deploySite } from './stack/site.ts';
import { loadTemplate } from './template/load-template.ts';
import { planStack, type Plan } from './template/plan-stack.ts';
import { blaming } from './template/template-refused.ts';

export type StackOptions = {
  /** The synthesised cloud assembly. */
  cdkOut: string;
  /** Where everything lies that must survive; one stack at a time may have it. */
  dataDir: string;
  /** Where the application answers; 0 takes any free port. */
  port: number;
  /** Where the AWS APIs answer. */
  awsPort: number;
  /** 127.0.0.1 unless told otherwise. With `0.0.0.0` or `::` the application is open to the network, and so is what was signed for one use in S3. */
  host?: string;
  /** Variables of this process that every function gets too, when they are set. */
  passEnvironment?: readonly string[];
  /** A DynamoDB that already runs. */
  dynamodbEndpoint?: string;
  /** How often expired items are deleted. */
  ttlSweepMs?: number;
  log?: (line: string) => void;
};

export type Stack = {
  appUrl: string;
  awsUrl: string;
  /** The template's outputs, with the addresses at which things answer here. */
  outputs: Record<string, string>;
  workers: Services['host']['workers'];
  /** Exchanges functions and sites for those of a new assembly; null, and nothing is done, when more than that is different. */
  reload(cdkOut: string): Promise<{ functions: string[]; sites: string[] } | null>;
  stop(): Promise<void>;
};

const TTL_SWEEP_MS = 10_000;
const LIFECYCLE_MS = 60 * 60 * 1000;

/**
 * Runs a synthesised template. When it resolves, everything answers; requests that come before wait until then.
 * Throws TemplateRefused, PortTaken or DataDirRefused, whose messages are for the user; nothing is then left running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const opened = createClosers(options.log ?? console.log);
  try {
    return await open(options, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

type Running = Services & { front: Front; gateways: Gateways; plan: Plan };

async function open(options: StackOptions, opened: Closers): Promise<Stack> {
  const { host = '127.0.0.1', log = console.log } = options;
  const template = loadTemplate(options.cdkOut);
  const data = await openDataDir(options.dataDir);
  opened.add(() => data.release());

  const running = later<Running>();
  const app = await namingThePort(options.port, 'PORT', () => serve(options.port, host, running.promise, log));
  opened.add(() => app.stop());
  const aws = await namingThePort(options.awsPort, 'AWS_PORT', () =>
    openAwsApis(options.awsPort, host, running.promise),
  );
  opened.add(() => aws.stop());
  const appUrl = `http://localhost:${app.port}`;
  const awsUrl = aws.url;

  const world = { stackUuid: data.stackUuid, awsUrl };
  let plan = planStack(template, world);
  for (const warning of plan.warnings) log(`warning: ${warning}`);
  const services = await openServices(plan, { ...options, dataDir: data.path, awsUrl, log }, opened);
  const { dynamodb, queues, buckets, host: lambda, invoker, deliver } = services;

  const streamArns = await createResources(plan, services, localAddresses(plan, { appUrl, awsUrl }));
  const rewrite = localAddresses(plan, { appUrl, awsUrl, streamArns });
  const variables = functionVariables(options.passEnvironment ?? [], awsUrl, dynamodb.endpoint);
  const register = (plan: Plan): void => {
    const codeDir = path.join(data.path, 'code');
    for (const each of plan.functions) lambda.register(defineFunction(each, { codeDir, variables, rewrite, deliver }));
  };
  const deploy = async (plan: Plan): Promise<void> => {
    const stampDir = path.join(data.path, 'deployments');
    for (const each of plan.deployments) await deploySite(each, { buckets, rewrite, stampDir });
  };
  register(plan);
  await deploy(plan);

  const gateways = createGateways(plan, invoker, log);
  opened.add(() => gateways.stop());
  const front = createFront(plan, { gateways, buckets, rewrite, log });
  const checkpointDir = path.join(data.path, 'checkpoints');
  const surroundings = {
    queues,
    invoker,
    buckets,
    deliver,
    endpoint: dynamodb.endpoint,
    streamArns,
    checkpointDir,
    log,
  };
  const mappings: { stop(): Promise<void> }[] = [];
  opened.add(() => Promise.all(mappings.map((mapping) => mapping.stop())));
  for (const mapping of plan.mappings)
    mappings.push(blaming(mapping.logicalId, () => startMapping(mapping, surroundings)));
  for (const schedule of plan.schedules) {
    const { expression, timezone } = schedule;
    const run = (): void => {
      deliver(schedule.targetArn, scheduleInput(schedule, new Date())).catch((error: unknown) =>
        log(`the schedule ${schedule.name}: ${String(error)}`),
      );
    };
    const started = blaming(`the schedule ${schedule.name}`, () =>
      startSchedule({ expression, ...(timezone !== undefined && { timezone }), run, log }),
    );
    opened.add(() => started.stop());
  }
  opened.add(repeat(options.ttlSweepMs ?? TTL_SWEEP_MS, () => dynamodb.sweepExpired(), log));
  opened.add(repeat(LIFECYCLE_MS, () => buckets.expireIncompleteUploads(), log));
  running.resolve({ ...services, front, gateways, plan });

  return {
    appUrl,
    awsUrl,
    outputs: Object.fromEntries(Object.entries(plan.outputs).map(([name, value]) => [name, rewrite(value)])),
    workers: () => lambda.workers(),
    async reload(cdkOut) {
      const next = planStack(loadTemplate(cdkOut), world);
      const changes = exchangeable(plan, next);
      if (changes === null) return null;
      register(next);
      await deploy(next);
      plan = next;
      return changes;
    },
    stop: () => opened.close(),
  };
}

/** The AWS endpoint; it has its port before the services run, because queue URLs name it. */
function openAwsApis(port: number, host: string, running: Promise<Running>): ReturnType<typeof startEndpoint> {
  const under = (prefix: string): StreamingService => ({
    async request(request, response) {
      await (await running).gateways.paths[prefix]?.request(request, response);
    },
    async upgrade(request, socket, head) {
      await (await running).gateways.paths[prefix]?.upgrade?.(request, socket, head);
    },
  });
  return startEndpoint({
    port,
    host,
    admit: isAdmitted,
    services: {
      dynamodb: async (request) => (await running).dynamodb.service(request),
      sqs: async (request) => (await running).queues.service(request),
      ssm: async (request) => (await running).parameters.service(request),
      lambda: async (request) => {
        const { host, plan } = await running;
        return lambdaServiceRefusing(host.service, plan.unrunnable)(request);
      },
    },
    paths: { [EXECUTE_API]: under(EXECUTE_API), [LAMBDA_URL]: under(LAMBDA_URL) },
    s3: { request: async (request, response) => (await running).buckets.service.request(request, response) },
  });
}

/** Where the SDK finds everything; DynamoDB at its own port, which spares it a hop. */
function functionVariables(
  passed: readonly string[],
  awsUrl: string,
  dynamodbEndpoint: string,
): Record<string, string> {
  return {
    ...Object.fromEntries(
      passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
