import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { FunctionPlan } from '../template/plan-functions.ts';
import type { Plan } from '../template/plan-stack.ts';

/** What is different in a new plan: functions and sites, which can be exchanged while the stack runs; null when there is more. */
export function exchangeable(before: Plan, after: Plan): { functions: string[]; sites: string[] } | null {
  if (!isDeepStrictEqual(skeleton(before), skeleton(after))) return null;
  return {
    functions: changed(before.functions.map(movable), after.functions.map(movable)),
    sites: changed(before.deployments.map(movableSite), after.deployments.map(movableSite)),
  };
}

function skeleton({ functions, deployments, warnings: _said, ...rest }: Plan): object {
  return {
    ...rest,
    functions: functions.map(({ name }) => name),
    deployments: deployments.map(({ logicalId }) => logicalId),
  };
}

function changed(before: { logicalId: string }[], after: { logicalId: string }[]): string[] {
  return after
    .filter(
      (each) =>
        !isDeepStrictEqual(
          each,
          before.find(({ logicalId }) => logicalId === each.logicalId),
        ),
    )
    .map(({ logicalId }) => logicalId);
}

/** An asset's folder is named after its content; the folders above are named after the whole assembly's. */
function movable(plan: FunctionPlan): FunctionPlan {
  return 'directory' in plan.code ? { ...plan, code: { directory: path.basename(plan.code.directory) } } : plan;
}

function movableSite(plan: Plan['deployments'][number]): Plan['deployments'][number] {
  return {
    ...plan,
    sources: plan.sources.map((source) => ({ ...source, directory: path.basename(source.directory) })),
  };
}
