import { CREDENTIALS, REGION } from '../aws-request.ts';

/** A function as its template describes it, its code unpacked in a folder. */
export type FunctionDefinition = {
  name: string;
  arn: string;
  codeDir: string;
  /** `file.export`, e.g. `index.handler`. */
  handler: string;
  environment: Record<string, string>;
  memoryMb: number;
  timeoutSeconds: number;
  reservedConcurrency?: number;
  /** How often a failed asynchronous invocation is tried again; 2 as on AWS. */
  maxAsyncRetries?: number;
  /** Takes the record of an asynchronous invocation that failed to the end, in the shape of AWS's on-failure destinations. */
  onAsyncFailure?: (record: string) => Promise<void>;
};

/** What a function finds in its environment before its own variables: AWS's, and nothing of the host's but its PATH. */
export function functionEnvironment(definition: FunctionDefinition, home: string): Record<string, string> {
  const given = runtimeVariables(definition);
  const reserved = Object.keys(definition.environment).filter((name) => name in given);
  if (reserved.length > 0) throw new Error(`${definition.name}: Lambda reserves the variables ${reserved.join(', ')}`);
  return {
    PATH: process.env['PATH'] ?? '',
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    HOME: home,
    TMPDIR: home,
    ...definition.environment,
    ...given,
  };
}

function runtimeVariables(definition: FunctionDefinition): Record<string, string> {
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local/[$LATEST]',
    LAMBDA_TASK_ROOT: definition.codeDir,
    _HANDLER: definition.handler,
  };
}
