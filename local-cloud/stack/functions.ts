import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AwsService } from '../aws-request.ts';
import type { FunctionDefinition } from '../lambda/function-definition.ts';
import type { Invoker } from '../lambda/invoker.ts';
import type { FunctionPlan, UnrunnableFunction } from '../template/plan-functions.ts';

/** A function that the local cloud cannot run was asked to. */
export class CannotRunHere extends Error {
  override readonly name = 'CannotRunHere';
  constructor({ name, reason }: UnrunnableFunction) {
    super(`The function ${name} cannot run here: ${reason}.`);
  }
}

type Surroundings = {
  /** Where the code of functions that are written in the template itself is put. */
  codeDir: string;
  /** Variables that every function gets. */
  variables: Record<string, string>;
  rewrite: (text: string) => string;
  deliver: (targetArn: string, record: string) => Promise<void>;
};

/** What the Lambda host needs to know of a function of the plan. */
export function defineFunction(
  plan: FunctionPlan,
  { codeDir, variables, rewrite, deliver }: Surroundings,
): FunctionDefinition {
  const { onAsyncFailureArn, reservedConcurrency, maxAsyncRetries } = plan;
  const own = Object.entries(plan.environment).map(([name, value]) => [name, rewrite(value)] as const);
  return {
    name: plan.name,
    arn: plan.arn,
    codeDir: 'directory' in plan.code ? plan.code.directory : writeInline(codeDir, plan.code.inline),
    handler: plan.handler,
    // What a person sets for this run counts more than what the template says.
    environment: { ...Object.fromEntries(own), ...variables },
    memoryMb: plan.memoryMb,
    timeoutSeconds: plan.timeoutSeconds,
    ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    ...(maxAsyncRetries !== undefined && { maxAsyncRetries }),
    ...(onAsyncFailureArn !== undefined && { onAsyncFailure: (record: string) => deliver(onAsyncFailureArn, record) }),
  };
}

function writeInline(codeDir: string, code: string): string {
  const folder = path.join(codeDir, createHash('sha256').update(code).digest('hex').slice(0, 32));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'index.js'), code);
  // A package.json further up would otherwise say what kind of module it is.
  writeFileSync(path.join(folder, 'package.json'), '{}');
  return folder;
}

/** The same invoker, which says why when a function is called that cannot run here. */
export function refusingUnrunnable(invoker: Invoker, unrunnable: UnrunnableFunction[]): Invoker {
  const check = (functionName: string): void => {
    const found = unrunnable.find(({ name }) => name === functionName);
    if (found !== undefined) throw new CannotRunHere(found);
  };
  return {
    async invoke(functionName, payload) {
      check(functionName);
      return invoker.invoke(functionName, payload);
    },
    invokeAsync(functionName, payload) {
      check(functionName);
      invoker.invokeAsync(functionName, payload);
    },
    async invokeStreaming(functionName, payload) {
      check(functionName);
      return invoker.invokeStreaming(functionName, payload);
    },
  };
}

/** The same Lambda API, which says why when a function is called that cannot run here. */
export function lambdaServiceRefusing(service: AwsService, unrunnable: UnrunnableFunction[]): AwsService {
  return async (request) => {
    const path = decodeURIComponent(request.path);
    const found = unrunnable.find(({ name }) => path.split(/[/:]/).includes(name));
    if (found === undefined) return service(request);
    const message = new CannotRunHere(found).message;
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': 'NotImplemented' };
    return { status: 501, headers, body: JSON.stringify({ Message: message, message }) };
  };
}
