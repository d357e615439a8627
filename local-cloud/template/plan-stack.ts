import { checkReferences } from './check-references.ts';
import type { Template } from './load-template.ts';
import { planApis, type ApiPlan } from './plan-apis.ts';
import { planBuckets, type BucketPlan } from './plan-buckets.ts';
import { planEdge, type EdgePlan } from './plan-edge.ts';
import {
  planEventSourceMappings,
  planFunctions,
  planFunctionUrls,
  type FunctionPlan,
  type MappingPlan,
  type UnrunnableFunction,
  type UrlPlan,
} from './plan-functions.ts';
import { planSchedules, type SchedulePlan } from './plan-schedules.ts';
import {
  planDeployments,
  planParameters,
  planQueues,
  planTables,
  type DeploymentPlan,
  type ParameterPlan,
  type QueuePlan,
  type TablePlan,
} from './plan-storage.ts';
import { readResources } from './read-resources.ts';
import { createResolver, type World } from './resolve.ts';

/** Everything a template asks for, resolved, checked and in this repository's types. */
export type Plan = {
  stackName: string;
  tables: TablePlan[];
  queues: QueuePlan[];
  buckets: BucketPlan[];
  parameters: ParameterPlan[];
  functions: FunctionPlan[];
  unrunnable: UnrunnableFunction[];
  urls: UrlPlan[];
  mappings: MappingPlan[];
  apis: ApiPlan[];
  edge: EdgePlan;
  schedules: SchedulePlan[];
  deployments: DeploymentPlan[];
  outputs: Record<string, string>;
  warnings: string[];
};

/** Reads a whole template before anything is started. Throws TemplateRefused for the first thing that cannot run here. */
export function planStack(template: Template, world: World): Plan {
  const resolver = createResolver(template, world);
  const read = readResources(template, resolver);
  const attribute = (name: string) => (logicalId: string) => resolver.attribute(logicalId, name, logicalId);
  const outputs = Object.entries(template.outputs)
    .filter(([, { Condition }]) => Condition === undefined || resolver.condition(Condition))
    .map(([name, { Value }]) => [name, String(resolver.value(Value, `the output ${name}`))] as const);
  const plan = {
    stackName: template.stackName,
    tables: planTables(read, attribute('StreamArn')),
    queues: planQueues(read),
    buckets: planBuckets(read),
    parameters: planParameters(read),
    ...planFunctions(read, template.assets, attribute('Arn')),
    ...planFunctionUrls(read, template.stackName),
    mappings: planEventSourceMappings(read),
    apis: planApis(read),
    edge: planEdge(read, attribute('DomainName')),
    schedules: planSchedules(read, attribute('Arn')),
    deployments: planDeployments(read, template.assets),
    outputs: Object.fromEntries(outputs),
  };
  checkReferences(plan);
  const [, ...others] = plan.edge.distributions;
  const unserved = others.map(
    ({ id }) => `the distribution ${id} is not served: the first one has the application's port.`,
  );
  return { ...plan, warnings: [...plan.warnings, ...unserved] };
}
