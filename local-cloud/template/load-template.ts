import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { TemplateRefused } from './template-refused.ts';

const manifestFile = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z
        .object({ templateFile: z.string().optional(), file: z.string().optional(), stackName: z.string().optional() })
        .optional(),
    }),
  ),
});

const assetsFile = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string().optional() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

const anything = z.record(z.string(), z.unknown());

/** Strict, because a section that is skipped (`Transform`, say) would silently change what the template means. */
const templateFile = z.strictObject({
  AWSTemplateFormatVersion: z.string().optional(),
  Description: z.string().optional(),
  Metadata: z.unknown().optional(),
  Rules: z.unknown().optional(),
  Parameters: z.record(z.string(), z.object({ Type: z.string(), Default: z.unknown().optional() })).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), anything)).default({}),
  Conditions: anything.default({}),
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: anything.default({}), Condition: z.string().optional() }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown(), Condition: z.string().optional() })).default({}),
});

export type Template = {
  stackName: string;
  parameters: Record<string, { Type: string; Default?: unknown }>;
  mappings: Record<string, Record<string, Record<string, unknown>>>;
  conditions: Record<string, unknown>;
  resources: Record<string, { Type: string; Properties: Record<string, unknown>; Condition?: string | undefined }>;
  outputs: Record<string, { Value?: unknown; Condition?: string | undefined }>;
  /** Where an asset lies on disk, by the key it would have in the asset bucket. */
  assets: Map<string, string>;
};

/** The one stack of a synthesised cloud assembly; of several, the one named `stackName`. */
export function loadTemplate(cdkOut: string, stackName?: string): Template {
  const manifest = read(path.join(cdkOut, 'manifest.json'), manifestFile);
  const artifacts = Object.entries(manifest.artifacts);
  const stacks = artifacts
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, artifact]) => ({ name: artifact.properties?.stackName ?? id, file: artifact.properties?.templateFile }))
    .filter((stack) => stackName === undefined || stack.name === stackName);
  const [stack, ...others] = stacks;
  if (stack?.file === undefined)
    throw new TemplateRefused(`${cdkOut} holds no stack${stackName ? ` ${stackName}` : ''}.`);
  if (others.length > 0)
    throw new TemplateRefused(
      `${cdkOut} holds several stacks, and one must be chosen: ${stacks.map((s) => s.name).join(', ')}.`,
    );

  const assets = new Map<string, string>();
  for (const [, artifact] of artifacts)
    if (artifact.type === 'cdk:asset-manifest' && artifact.properties?.file !== undefined)
      for (const { source, destinations } of Object.values(
        read(path.join(cdkOut, artifact.properties.file), assetsFile).files,
      ))
        for (const { objectKey } of Object.values(destinations))
          if (source.path !== undefined) assets.set(objectKey, path.resolve(cdkOut, source.path));

  const template = read(path.join(cdkOut, stack.file), templateFile);
  return {
    stackName: stack.name,
    parameters: template.Parameters,
    mappings: template.Mappings,
    conditions: template.Conditions,
    resources: template.Resources,
    outputs: template.Outputs,
    assets,
  };
}

function read<T>(file: string, schema: z.ZodType<T>): T {
  if (!existsSync(file)) throw new TemplateRefused(`${file} does not exist: nothing has been synthesised there.`);
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new TemplateRefused(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
