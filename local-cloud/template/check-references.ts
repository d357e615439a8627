import type { Plan } from './plan-stack.ts';
import { functionNameOf } from './plan-functions.ts';
import { TemplateRefused } from './template-refused.ts';

/** Throws TemplateRefused when something in the plan is sent to what the template does not hold, or what cannot receive it. */
export function checkReferences(plan: Plan): void {
  const functions = new Set([...plan.functions, ...plan.unrunnable].map(({ name }) => name));
  const queues = new Set(plan.queues.map(({ name }) => name));
  const buckets = new Set(plan.buckets.map(({ name }) => name));
  const tables = new Set(plan.tables.map(({ name }) => name));

  function needFunction(name: string, from: string): void {
    if (!functions.has(name)) throw new TemplateRefused(`${from}: there is no function ${name} in the template.`);
  }
  function needTarget(arn: string, from: string, andBuckets = false): void {
    const [, , service, , , resource = ''] = arn.split(':');
    if (service === 'lambda') return needFunction(functionNameOf(arn, from), from);
    const known = service === 'sqs' ? queues : service === 's3' && andBuckets ? buckets : undefined;
    if (known === undefined) throw new TemplateRefused(`${from}: the local cloud cannot deliver to ${arn}.`);
    if (!known.has(resource)) throw new TemplateRefused(`${from}: ${arn} is not in the template.`);
  }

  for (const { apiId, routes } of plan.apis)
    for (const { functionName, routeKey } of routes)
      needFunction(functionName, `the route ${routeKey} of the API ${apiId}`);
  for (const { urlId, functionName } of plan.urls) needFunction(functionName, `the function URL ${urlId}`);
  for (const { logicalId, functionName, eventSourceArn, properties } of plan.mappings) {
    needFunction(functionName, logicalId);
    const [, , service, , , resource = ''] = eventSourceArn.split(':');
    const known =
      service === 'sqs' ? queues.has(resource) : service === 'dynamodb' && tables.has(resource.split('/')[1] ?? '');
    if (!known)
      throw new TemplateRefused(`${logicalId}: ${eventSourceArn} is no queue and no table's stream of the template.`);
    const destination = properties.DestinationConfig?.OnFailure?.Destination;
    if (destination !== undefined) needTarget(destination, logicalId, true);
  }
  for (const { logicalId, onAsyncFailureArn } of plan.functions)
    if (onAsyncFailureArn !== undefined) needTarget(onAsyncFailureArn, logicalId);
  for (const { name, settings } of plan.buckets)
    for (const { targetArn } of settings.notifications ?? []) needTarget(targetArn, `the bucket ${name}`);
  for (const { name, targetArn } of plan.schedules) needTarget(targetArn, `the schedule ${name}`);
  for (const { logicalId, bucket } of plan.deployments)
    if (!buckets.has(bucket)) throw new TemplateRefused(`${logicalId}: there is no bucket ${bucket} in the template.`);
}
