import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

const cdkFile = z.object({
  app: z.string(),
  build: z.string().optional(),
  context: z.record(z.string(), z.unknown()).default({}),
});

const packageFile = z.object({
  localCloud: z
    .strictObject({
      /** Variables of this process that every function gets too. */
      passEnvironment: z.array(z.string()).default([]),
      /** Variables that every function gets unless this process has others. */
      environment: z.record(z.string(), z.string()).default({}),
      /** A module that shows the running stack at work: `--demo`. */
      demo: z.string().optional(),
      /** Variables that every function gets with `--demo`. */
      demoEnvironment: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
});

export type CdkSettings = z.infer<typeof cdkFile>;
export type LocalCloudSettings = z.infer<typeof packageFile>['localCloud'];

/** `cdk.json`, with the lookups that `cdk.context.json` keeps. */
export function readCdkSettings(root: string): CdkSettings {
  const settings = cdkFile.parse(readJson(path.join(root, 'cdk.json')));
  const looked = path.join(root, 'cdk.context.json');
  const context = existsSync(looked) ? z.record(z.string(), z.unknown()).parse(readJson(looked)) : {};
  return { ...settings, context: { ...context, ...settings.context } };
}

/** What `package.json` says to the local cloud under `localCloud`. */
export function readLocalCloudSettings(root: string): LocalCloudSettings {
  return packageFile.parse(readJson(path.join(root, 'package.json'))).localCloud;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
