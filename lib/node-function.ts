import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, type FunctionOptions, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Config, FunctionName } from './config.ts';

type NodeFunctionProps = Required<Pick<FunctionOptions, 'memorySize' | 'timeout'>> &
  Pick<FunctionOptions, 'recursiveLoop'> & {
    config: Config;
    name: FunctionName;
    environment: Record<string, string>;
    /** What users lose while it fails: the alarm says it. */
    impact: string;
    /** What counts as failing; without it, invocations that end in an error. */
    failures?: IMetric;
  };

/** `functions/{name}.ts` as the build bundled it, with its own log group, its alarm, and no right but to write its log. */
export class NodeFunction extends Function {
  readonly executionRole: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const { config, name, environment, impact, failures, ...options } = props;
    const bundle = join(config.dist, 'functions', name);
    if (!existsSync(bundle)) throw new Error(`${bundle} does not exist: run \`npm run build\` first.`);
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Its own role, because the one CDK would make may write every log of the account (AWSLambdaBasicExecutionRole).
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const reserved = config.reservedConcurrency[name];
    super(scope, id, {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle),
      handler: 'index.handler',
      role,
      logGroup,
      environment: { ...environment, NODE_OPTIONS: '--enable-source-maps', POWERTOOLS_SERVICE_NAME: name },
      ...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
      ...options,
    });
    this.executionRole = role;
    new Alarm(scope, `${id}Alarm`, {
      metric: failures ?? this.metricErrors({ period: Duration.minutes(5), statistic: 'sum' }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${name} fails. ${impact}`,
    });
  }
}
