import { Match } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import { METRICS } from '../../contract/metrics.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../lib/config.ts';
import { synthesise, theResource } from './synthesise.ts';

const { template, text, findings } = synthesise();
const all = (type: string) => Object.entries(template.findResources(type));
const propertiesOf = (type: string) => all(type).map(([, resource]) => resource.Properties);

const byText = (a: string, b: string) => (a < b ? -1 : 1);

/** The functions of this system; CDK's own uploads the site while it deploys. */
const functions = all('AWS::Lambda::Function').filter(([, { Properties }]) => Properties.Runtime.startsWith('nodejs'));
const functionOf = (name: string) => {
  const found = functions.find(
    ([, { Properties }]) => Properties.Environment?.Variables?.POWERTOOLS_SERVICE_NAME === name,
  );
  if (found === undefined) throw new Error(`no function ${name}`);
  return { id: found[0], ...found[1].Properties };
};

/** What a function may do, as `dynamodb:GetItem on TablesDownloads…`. */
function rightsOf(name: string): string[] {
  const role = functionOf(name).Role['Fn::GetAtt'][0];
  return propertiesOf('AWS::IAM::Policy')
    .filter(({ Roles }) => Roles.some((one: { Ref: string }) => one.Ref === role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} on ${nameOf(resource)}`)),
    )
    .filter((right) => !right.startsWith('logs:'))
    .toSorted(byText);
}

function nameOf(resource: unknown): string {
  const readable = JSON.stringify(resource)
    .replaceAll(/\{"Fn::GetAtt":\["([A-Za-z]+?)[0-9A-F]{8}","(?:Arn|StreamArn)"\]\}/g, '$1')
    .replaceAll(/\{"Ref":"(?:AWS::)?([A-Za-z]+?)(?:[0-9A-F]{8})?"\}/g, '$1');
  const join = /^\{"Fn::Join":\["",\[(.*)\]\]\}$/.exec(readable);
  return (join?.[1] ?? readable).replaceAll(/"|,/g, '');
}

test('cdk-nag finds nothing without a written reason, and would tell', () => {
  expect(findings).toEqual(['Annotation::fasttrack:no-access-token']);
  expect(() => synthesise({}, (stack) => new Bucket(stack, 'Careless'))).toThrow(/AwsSolutions-S1\b/);
}, 60_000);

test('two synths of one tree make the same template', () => {
  expect(synthesise().text).toBe(text);
}, 60_000);

test.each(FUNCTION_NAMES)('%s runs on Node 24 and arm64 and keeps its own log for thirty days', (name) => {
  const fn = functionOf(name);
  expect(fn).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  const logGroup = template.toJSON().Resources[fn.LoggingConfig.LogGroup.Ref];
  expect(logGroup).toMatchObject({ Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } });
});

test('there are no functions but these, and no log group without an end', () => {
  expect(functions).toHaveLength(FUNCTION_NAMES.length);
  for (const { RetentionInDays } of propertiesOf('AWS::Logs::LogGroup')) expect(RetentionInDays).toBe(30);
});

test.each(FUNCTION_NAMES)('an alarm says what people lose while %s fails', (name) => {
  const alarm = propertiesOf('AWS::CloudWatch::Alarm').find(({ AlarmDescription }) =>
    AlarmDescription.startsWith(`${name} fails. `),
  );
  expect(alarm).toMatchObject({ Threshold: 1, EvaluationPeriods: 1, Period: 300, TreatMissingData: 'notBreaching' });
  // The API answers 500 to what fails, which Lambda takes for a success.
  const { id } = functionOf(name);
  if (name === 'http') expect(alarm).toMatchObject({ MetricName: '5xx', Namespace: 'AWS/ApiGateway' });
  else
    expect(alarm).toMatchObject({ MetricName: 'Errors', Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }] });
});

test('late news, dead letters that stay and news given up on raise alarms too', () => {
  const metrics = propertiesOf('AWS::CloudWatch::Alarm').map(({ MetricName }) => MetricName);
  expect(metrics).toEqual(
    expect.arrayContaining(['IteratorAge', 'ApproximateNumberOfMessagesVisible', 'NumberOfObjects']),
  );
});

const consume = ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage'];
const readStream = ['DescribeStream', 'GetRecords', 'GetShardIterator'].map(
  (action) => `dynamodb:${action} on TablesNews`,
);
const keepFailures = ['s3:ListBucket on Failures', 's3:PutObject on Failures/*'];
const post =
  'execute-api:ManageConnections on arn:Partition:execute-api:Region:AccountId:WebSocketApi/prod/POST/@connections/*';
const probe = post.replace('POST', 'GET');
/** Of downloads and snapshots, to tell it; an old snapshot is renewed by who needs it. */
const readState = [
  ...['Get', 'BatchGet', 'Update'].map((action) => `dynamodb:${action}Item on TablesDownloads`),
  'dynamodb:Query on TablesDownloads/index/by_status',
  'dynamodb:Query on TablesConnections/index/by_user',
];
const countEvents = 'dynamodb:BatchGetItem on TablesEvents';
const readImport = 'dynamodb:GetItem on TablesEvents';
const indexesOfEvents = ['by_city', 'by_date'].map((index) => `dynamodb:Query on TablesEvents/index/${index}`);
const items = (table: string, ...actions: string[]) =>
  actions.map((action) => `dynamodb:${action}Item on Tables${table}`);
const media = (...actions: string[]) => actions.map((action) => `s3:${action} on Media/*`);
const listUploads = 's3:ListBucket on Uploads';
const listMedia = ['s3:ListBucket on Media', 's3:ListBucketMultipartUploads on Media'];

const needs: Record<FunctionName, string[]> = {
  http: [
    ...items('Downloads', 'Get', 'BatchGet', 'Put', 'Update', 'Delete'),
    'dynamodb:Query on TablesDownloads/index/by_owner',
    'dynamodb:Query on TablesDownloads/index/by_status',
    'dynamodb:Query on TablesConnections/index/by_kind',
    'dynamodb:Query on TablesConnections/index/by_user',
    ...items('Events', 'Get', 'BatchGet', 'Put', 'Update', 'Delete'),
    ...indexesOfEvents,
    ...items('News', 'Put'),
    'dynamodb:Query on TablesNews',
    ...media('GetObject', 'DeleteObject', 'AbortMultipartUpload'),
    ...listMedia,
    'dynamodb:Query on TablesEvents/index/imports',
    's3:PutObject on Uploads/*',
    'sqs:SendMessage on DownloadQueue',
    'sqs:SendMessage on ImportQueue',
  ],
  'import-worker': [
    ...items('Events', 'Get', 'BatchGet', 'Put', 'Update', 'Delete'),
    ...items('News', 'Put'),
    's3:GetObject on Uploads/*',
    listUploads,
    ...consume.map((action) => `sqs:${action} on ImportQueue`),
    'sqs:SendMessage on ImportQueue',
  ],
  'download-worker': [
    ...items('Downloads', 'Get', 'Put', 'Update', 'Delete'),
    ...items('News', 'Put'),
    ...media('GetObject', 'PutObject', 'DeleteObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'),
    ...listMedia,
    ...consume.map((action) => `sqs:${action} on DownloadQueue`),
    'sqs:SendMessage on DownloadQueue',
  ],
  'dead-letter': [
    ...items('Downloads', 'Get', 'Put', 'Update'),
    ...items('Events', 'Get', 'Put'),
    ...items('News', 'Put'),
    ...consume.map((action) => `sqs:${action} on DownloadQueueDeadLetters`),
    ...consume.map((action) => `sqs:${action} on ImportQueueDeadLetters`),
  ],
  janitor: [
    ...items('Downloads', 'Get', 'BatchGet', 'Put', 'Update', 'Delete'),
    ...items('News', 'Put'),
    'dynamodb:Query on TablesDownloads/index/expiring',
    ...items('Connections', 'Get', 'Update', 'Delete'),
    'dynamodb:Query on TablesConnections/index/by_confirmation',
    'dynamodb:Query on TablesConnections/index/by_kind',
    probe,
    'dynamodb:Query on TablesDownloads/index/leased',
    'dynamodb:Query on TablesDownloads/index/unsettled',
    ...items('Events', 'BatchGet'),
    'dynamodb:Query on TablesEvents/index/imports_due',
    ...media('DeleteObject', 'AbortMultipartUpload'),
    ...listMedia,
    'sqs:SendMessage on DownloadQueue',
    'sqs:SendMessage on ImportQueue',
  ],
  connections: [
    ...items('Connections', 'Get', 'Put', 'Update', 'Delete'),
    'dynamodb:Query on TablesConnections/index/by_ip',
    ...readState,
    countEvents,
    readImport,
    ...items('News', 'Put'),
    'dynamodb:Query on TablesNews',
    'lambda:InvokeFunction on BroadcasterFunction',
    post,
  ],
  greeter: [
    ...items('Connections', 'Get', 'Update', 'Delete'),
    ...readState,
    countEvents,
    readImport,
    'dynamodb:Query on TablesNews',
    ...readStream,
    'dynamodb:ListStreams on *',
    ...keepFailures,
    post,
  ],
  notifier: [
    ...items('Connections', 'Get', 'Delete'),
    'dynamodb:Query on TablesConnections',
    ...readStream,
    'dynamodb:ListStreams on *',
    ...keepFailures,
    'sqs:SendMessage on FanOutQueue',
    post,
  ],
  'fan-out': [
    ...items('Connections', 'Get', 'Delete'),
    'dynamodb:Query on TablesConnections',
    ...consume.map((action) => `sqs:${action} on FanOutQueue`),
    post,
  ],
  broadcaster: [
    ...items('Connections', 'Get', 'Delete'),
    'dynamodb:Query on TablesConnections',
    'dynamodb:Query on TablesConnections/index/by_kind',
    ...readState,
    countEvents,
    'lambda:InvokeFunction on BroadcasterFunction',
    'sqs:SendMessage on FanOutQueue',
    post,
  ],
  export: [...items('Events', 'Get', 'BatchGet'), ...indexesOfEvents, 's3:GetObject on Uploads/*', listUploads],
  'live-stream': [
    ...items('Downloads', 'Get', 'BatchGet', 'Update'),
    'dynamodb:Query on TablesDownloads/index/by_status',
    'dynamodb:Query on TablesConnections/index/by_user',
    'dynamodb:Query on TablesNews',
  ],
};

test.each(FUNCTION_NAMES)('%s may do what it needs and nothing else', (name) => {
  expect(rightsOf(name)).toEqual(needs[name].toSorted(byText));
});

test('nobody has a right to every action or, but where AWS knows no names, to every resource', () => {
  for (const name of FUNCTION_NAMES) {
    for (const right of rightsOf(name)) {
      expect(right).not.toMatch(/^\S*\*\S* on /);
      if (right !== 'dynamodb:ListStreams on *') expect(right).not.toMatch(/ on \*$/);
    }
  }
});

test('the news alone have a stream, of new images', () => {
  const streams = all('AWS::DynamoDB::Table').map(([id, { Properties }]) => [id, Properties.StreamSpecification]);
  expect(streams.filter(([, stream]) => stream !== undefined)).toEqual([
    [expect.stringMatching(/^TablesNews/), { StreamViewType: 'NEW_IMAGE' }],
  ]);
});

test('tables cost nothing when idle, forget by TTL, and index keys only', () => {
  for (const table of propertiesOf('AWS::DynamoDB::Table')) {
    expect(table).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
    for (const { AttributeType } of table.AttributeDefinitions) expect(AttributeType).toBe('S');
    for (const { Projection } of table.GlobalSecondaryIndexes ?? [])
      expect(Projection.ProjectionType).toBe('KEYS_ONLY');
  }
});

test.each(['TablesDownloads', 'TablesEvents'])('%s can be restored to any second, and outlives the stack', (table) => {
  expect(theResource(template, 'AWS::DynamoDB::Table', table)).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    },
  });
});

test('the greeter hears of new connections only, the notifier of all else and never of TTL', () => {
  const mappingOf = (name: string) =>
    propertiesOf('AWS::Lambda::EventSourceMapping').find(
      ({ FunctionName }) => FunctionName.Ref === functionOf(name).id,
    );
  const filterOf = (name: string) => JSON.parse(mappingOf(name).FilterCriteria.Filters[0].Pattern);
  expect(filterOf('greeter')).toEqual({
    eventName: ['INSERT'],
    dynamodb: { Keys: { channel: { S: [{ prefix: 'connection:' }] } } },
  });
  expect(filterOf('notifier')).toEqual({
    eventName: ['INSERT', 'MODIFY'],
    dynamodb: { NewImage: { news: { M: { kind: { S: [{ exists: true }] } } } } },
  });
  expect(mappingOf('notifier')).toMatchObject({
    ParallelizationFactor: 1,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumRetryAttempts: 5,
    MaximumRecordAgeInSeconds: 300,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/^Failures/), 'Arn'] } } },
  });
});

const workers = [
  { queue: 'DownloadQueue', worker: 'download-worker', most: 10 },
  { queue: 'ImportQueue', worker: 'import-worker', most: 5 },
];

test.each(workers)('$queue gives a worker as long as it may run, and keeps what nobody could finish', (names) => {
  const dead = theResource(template, 'AWS::SQS::Queue', `${names.queue}DeadLetters`);
  const [, queue] = all('AWS::SQS::Queue').find(([id]) => id.startsWith(names.queue) && id !== dead.id) ?? [];
  expect(functionOf(names.worker).Timeout).toBe(900);
  expect(queue?.Properties).toMatchObject({
    VisibilityTimeout: 900,
    SqsManagedSseEnabled: true,
    RedrivePolicy: { maxReceiveCount: 50, deadLetterTargetArn: { 'Fn::GetAtt': [dead.id, 'Arn'] } },
  });
  expect(dead.Properties).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 60 * 60, SqsManagedSseEnabled: true });
});

test('no queue takes a message over plain HTTP', () => {
  const policies = propertiesOf('AWS::SQS::QueuePolicy');
  expect(policies).toHaveLength(all('AWS::SQS::Queue').length);
  for (const { PolicyDocument } of policies) {
    expect(PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  }
});

test.each(workers)('a $worker takes one message at a time, and may queue the rest of it to itself', (names) => {
  const worker = functionOf(names.worker);
  expect(worker.RecursiveLoop).toBe('Allow');
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    FunctionName: { Ref: worker.id },
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: names.most },
  });
});

test('the janitor comes each minute, and its next visit is its retry', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 minute)',
    Target: Match.objectLike({
      Arn: { 'Fn::GetAtt': [functionOf('janitor').id, 'Arn'] },
      RetryPolicy: Match.objectLike({ MaximumRetryAttempts: 0 }),
    }),
  });
});

test('a dashboard shows what each function measures, and the errors of all', () => {
  const { Properties } = theResource(template, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(Properties.DashboardBody);
  for (const name of Object.keys(METRICS)) expect(body).toContain(`\\"${name}\\"`);
  for (const name of FUNCTION_NAMES) expect(body).toContain(functionOf(name).id);
});

test('access logs cannot hold a query string, where tokens may stand', () => {
  const formats = propertiesOf('AWS::ApiGatewayV2::Stage').map(({ AccessLogSettings }) => AccessLogSettings.Format);
  expect(formats).toHaveLength(2);
  for (const format of formats) {
    expect(format).toContain('$context.requestId');
    expect(format).not.toMatch(/query|authorizer|\$context\.error/i);
  }
});

test('the outputs name what a person needs first', () => {
  expect(Object.keys(template.toJSON().Outputs)).toEqual(
    expect.arrayContaining(['SiteUrl', 'WebSocketUrl', 'ApiUrl', 'MediaBucket', 'DownloadQueueUrl']),
  );
});
