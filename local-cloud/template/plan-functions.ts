import { statSync } from 'node:fs';
import type { CorsConfiguration } from '../gateway/cors.ts';
import {
  alias,
  eventInvokeConfig,
  eventSourceMapping,
  functionUrl,
  lambdaFunction,
  permission,
  version,
} from './properties/lambda.ts';
import { stableId } from './physical-names.ts';
import type { ReadResources } from './read-resources.ts';
import { TemplateRefused } from './template-refused.ts';

export type FunctionPlan = {
  logicalId: string;
  name: string;
  arn: string;
  code: { directory: string } | { inline: string };
  handler: string;
  environment: Record<string, string>;
  memoryMb: number;
  timeoutSeconds: number;
  reservedConcurrency?: number;
  maxAsyncRetries?: number;
  /** The queue, function or bucket that takes what failed asynchronously. */
  onAsyncFailureArn?: string;
};

/** A function of another runtime: CDK's own handlers of custom resources, whose work the local cloud does itself. */
export type UnrunnableFunction = { name: string; reason: string };

/** The name in a function's name, ARN, qualified ARN or integration URI; throws when there is none. */
export function functionNameOf(reference: string, owner: string): string {
  const name = reference.startsWith('arn:') ? /:function:([\w-]+)/.exec(reference)?.[1] : reference.split(':')[0];
  if (name === undefined) throw new TemplateRefused(`${owner}: ${reference} is not a Lambda function.`);
  return name;
}

export function planFunctions(
  read: ReadResources,
  assets: Map<string, string>,
  arnOf: (logicalId: string) => string,
): { functions: FunctionPlan[]; unrunnable: UnrunnableFunction[] } {
  // Parsed so that nothing in them is skipped unseen: both stand for the function itself.
  read('AWS::Lambda::Version', version);
  read('AWS::Lambda::Alias', alias);

  const invokeConfigs = new Map(
    read('AWS::Lambda::EventInvokeConfig', eventInvokeConfig).map(({ logicalId, properties }) => [
      functionNameOf(properties.FunctionName, logicalId),
      properties,
    ]),
  );
  const functions: FunctionPlan[] = [];
  const unrunnable: UnrunnableFunction[] = [];
  for (const { logicalId, name, properties } of read('AWS::Lambda::Function', lambdaFunction)) {
    if (!properties.Runtime.startsWith('nodejs')) {
      unrunnable.push({ name, reason: `its runtime is ${properties.Runtime}, and the local cloud runs Node.js` });
      continue;
    }
    if (properties.Layers.length > 0)
      throw new TemplateRefused(
        `${logicalId} (AWS::Lambda::Function): the property Layers is not supported by the local cloud.`,
      );
    const config = invokeConfigs.get(name);
    const onAsyncFailureArn = config?.DestinationConfig?.OnFailure?.Destination;
    functions.push({
      logicalId,
      name,
      arn: arnOf(logicalId),
      code:
        'ZipFile' in properties.Code
          ? { inline: properties.Code.ZipFile }
          : assetDirectory(logicalId, properties.Code.S3Key, assets),
      handler: properties.Handler,
      environment: properties.Environment.Variables,
      memoryMb: properties.MemorySize,
      timeoutSeconds: properties.Timeout,
      ...(properties.ReservedConcurrentExecutions !== undefined && {
        reservedConcurrency: properties.ReservedConcurrentExecutions,
      }),
      ...(config?.MaximumRetryAttempts !== undefined && { maxAsyncRetries: config.MaximumRetryAttempts }),
      ...(onAsyncFailureArn !== undefined && { onAsyncFailureArn }),
    });
  }
  return { functions, unrunnable };
}

function assetDirectory(logicalId: string, key: string, assets: Map<string, string>): { directory: string } {
  return { directory: requireAssetDirectory(logicalId, key, assets) };
}

/** The folder of an asset; an asset that is one file (a zip) is refused, since nothing here unpacks it. */
export function requireAssetDirectory(logicalId: string, key: string, assets: Map<string, string>): string {
  const directory = assets.get(key);
  if (directory === undefined)
    throw new TemplateRefused(`${logicalId}: there is no asset ${key} in the cloud assembly.`);
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new TemplateRefused(
      `${logicalId}: the asset ${directory} is not a folder, and the local cloud unpacks no archives.`,
    );
  return directory;
}

export type UrlPlan = {
  urlId: string;
  functionName: string;
  authType: 'NONE' | 'AWS_IAM';
  invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  cors?: CorsConfiguration;
};

/** The function URLs, and what to warn of: CloudFront needs two permissions to call one that checks signatures. */
export function planFunctionUrls(read: ReadResources, stackName: string): { urls: UrlPlan[]; warnings: string[] } {
  const permissions = read('AWS::Lambda::Permission', permission).map(({ logicalId, properties }) => ({
    functionName: functionNameOf(properties.FunctionName, logicalId),
    principal: properties.Principal,
    action: properties.Action,
  }));
  const warnings: string[] = [];
  const urls = read('AWS::Lambda::Url', functionUrl).map(({ logicalId, properties }) => {
    const functionName = functionNameOf(properties.TargetFunctionArn, logicalId);
    const granted = permissions.filter(
      (p) => p.functionName === functionName && p.principal === 'cloudfront.amazonaws.com',
    );
    const missing = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'].filter(
      (action) => !granted.some((permission) => permission.action === action),
    );
    if (properties.AuthType === 'AWS_IAM' && missing.length > 0)
      warnings.push(
        `${logicalId}: on AWS, CloudFront may not call this function URL without the permission ${missing.join(' and ')}.`,
      );
    return {
      urlId: stableId(stackName, logicalId, 32),
      functionName,
      authType: properties.AuthType,
      invokeMode: properties.InvokeMode,
      ...(properties.Cors !== undefined && { cors: properties.Cors }),
    };
  });
  return { urls, warnings };
}

export type MappingPlan = {
  logicalId: string;
  functionName: string;
  eventSourceArn: string;
  properties: ReturnType<typeof eventSourceMapping.parse>;
};

/** The event source mappings that are switched on. */
export function planEventSourceMappings(read: ReadResources): MappingPlan[] {
  return read('AWS::Lambda::EventSourceMapping', eventSourceMapping)
    .filter(({ properties }) => properties.Enabled)
    .map(({ logicalId, properties }) => ({
      logicalId,
      functionName: functionNameOf(properties.FunctionName, logicalId),
      eventSourceArn: properties.EventSourceArn,
      properties,
    }));
}
