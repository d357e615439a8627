import type * as z from 'zod';
import type { Template } from './load-template.ts';
import type { Resolver } from './resolve.ts';
import { isRun, type RunType } from './resource-types.ts';
import { TemplateRefused } from './template-refused.ts';

export type Resource<T> = { logicalId: string; name: string; ref: string; properties: T };

/** All resources of one type that their conditions let in, resolved and parsed. Throws TemplateRefused for what the schema does not know. */
export type ReadResources = <T>(type: RunType, schema: z.ZodType<T>) => Resource<T>[];

/** Refuses at once a template that holds a type the local cloud does not know. */
export function readResources(template: Template, resolver: Resolver): ReadResources {
  const present = Object.entries(template.resources).filter(
    ([logicalId, { Type, Condition }]) =>
      (Condition === undefined || resolver.condition(Condition)) && isRun(logicalId, Type),
  );
  return (type, schema) =>
    present
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => {
        const parsed = schema.safeParse(resolver.value(resource.Properties, logicalId));
        if (!parsed.success) throw new TemplateRefused(`${logicalId} (${type}): ${explain(parsed.error)}`);
        const ref = resolver.attribute(logicalId, null, logicalId);
        return { logicalId, name: resolver.name(logicalId), ref, properties: parsed.data };
      });
}

function explain(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const path = issue.path.map(String);
      if (issue.code !== 'unrecognized_keys') return `${path.join('.')}: ${issue.message}.`;
      const names = issue.keys.map((key) => [...path, key].join('.'));
      return `the property ${names.join(', ')} is not supported by the local cloud.`;
    })
    .join(' ');
}
