import path from 'node:path';
import { expect, test } from 'vitest';
import { loadTemplate, type Template } from './load-template.ts';
import { planStack } from './plan-stack.ts';

const FIXTURE = path.join(import.meta.dirname, 'fixture');

type Raw = { Type: string; Properties: Record<string, unknown>; Condition?: string };

function plan(change: (resources: Record<string, Raw>, template: Template) => void = () => undefined) {
  const template = loadTemplate(FIXTURE);
  change(template.resources as Record<string, Raw>, template);
  return planStack(template, { stackUuid: 'u', awsUrl: 'http://127.0.0.1:4566' });
}

const property = (logicalId: string, name: string, value: unknown) => (resources: Record<string, Raw>) => {
  resources[logicalId]!.Properties[name] = value;
};

test('functions come with their code, their environment and what happens when they fail', () => {
  const { functions } = plan();
  const inline = functions.find(({ name }) => name === 'Fixture-Inline');
  expect(inline?.code).toEqual({ inline: expect.stringContaining('exports.handler') });
  expect(inline?.maxAsyncRetries).toBe(0);
  expect(inline?.onAsyncFailureArn).toBe('arn:aws:sqs:us-east-1:000000000000:Fixture-Dead');
  const http = functions.find(({ name }) => name === 'Fixture-Http');
  expect(http?.code).toEqual({ directory: path.join(FIXTURE, 'asset.functions') });
  expect(http?.environment['GREETING']).toBe('hello from Fixture');
});

test("a function of another runtime is known, and not run: CDK's own handlers are written in Python", () => {
  const { functions, unrunnable } = plan();
  expect(unrunnable).toEqual([{ name: 'Fixture-PythonHandler', reason: expect.stringContaining('python3.13') }]);
  expect(functions.map(({ name }) => name)).not.toContain('Fixture-PythonHandler');
});

test('a resource whose condition does not hold is left out', () => {
  expect(plan().queues.map(({ name }) => name)).toEqual(['Fixture-Dead', 'Fixture-Work']);
});

test("CDK's custom resource for notifications becomes the bucket's own", () => {
  const files = plan().buckets.find(({ name }) => name === 'fixture-files');
  expect(files?.settings.notifications).toEqual([
    {
      kind: 'CloudFunction',
      targetArn: 'arn:aws:lambda:us-east-1:000000000000:function:Fixture-Noted',
      events: ['s3:ObjectCreated:*'],
      prefix: 'told/',
      suffix: '',
    },
  ]);
});

test('a schedule or mapping that is switched off is not run', () => {
  const off = plan((resources) => {
    property('Hourly', 'State', 'DISABLED')(resources);
    property('WorkerMapping', 'Enabled', false)(resources);
  });
  expect(off.schedules).toEqual([]);
  expect(off.mappings.map(({ logicalId }) => logicalId)).toEqual(['TellMapping']);
});

test('warns when CloudFront has not both permissions for a function URL that checks signatures', () => {
  expect(plan().warnings).toEqual([]);
  const { warnings } = plan((resources) => delete resources['StreamPermission']);
  expect(warnings).toEqual([expect.stringMatching(/^StreamUrl: .* without the permission lambda:InvokeFunction\.$/)]);
});

test.each<[string, Parameters<typeof plan>[0], RegExp]>([
  [
    'a resource type it does not know',
    (resources) => (resources['Cluster'] = { Type: 'AWS::ECS::Cluster', Properties: {} }),
    /Cluster: .* resource type AWS::ECS::Cluster/,
  ],
  [
    'a property it does not know',
    property('Work', 'Colour', 'red'),
    /Work \(AWS::SQS::Queue\): the property Colour is not supported/,
  ],
  [
    'a nested property it does not know',
    property('Worker', 'Environment', { Variables: {}, Colour: 'red' }),
    /Worker \(AWS::Lambda::Function\): the property Environment\.Colour is not supported/,
  ],
  [
    'a table property it does not know',
    property('Table', 'Colour', 'red'),
    /Table \(AWS::DynamoDB::Table\): .*Colour/s,
  ],
  ['layers of a function that runs', property('Http', 'Layers', ['arn:x']), /Http .*Layers is not supported/],
  ['an API with an authorizer', property('HttpRoute', 'AuthorizationType', 'JWT'), /HttpRoute .*AuthorizationType/],
  ['payload format 1.0', property('HttpIntegration', 'PayloadFormatVersion', '1.0'), /HttpIntegration: .*format 2\.0/],
  ['a versioned bucket', property('Files', 'VersioningConfiguration', { Status: 'Enabled' }), /Files .*Versioning/],
  [
    'a rule on events',
    (resources) => {
      resources['Rule'] = { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: ['aws.s3'] } } };
    },
    /Rule \(AWS::Events::Rule\): .*EventPattern/,
  ],
  [
    'a notification to what is no target',
    property('Files', 'NotificationConfiguration', {
      QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: 'arn:aws:sns:us-east-1:000000000000:t' }],
    }),
    /the bucket fixture-files: .* cannot deliver to arn:aws:sns/,
  ],
  [
    'a mapping from a queue that is not there',
    property('WorkerMapping', 'EventSourceArn', 'arn:aws:sqs:us-east-1:000000000000:elsewhere'),
    /WorkerMapping: .*elsewhere is no queue/,
  ],
  [
    'a function that is not there',
    property('WorkerMapping', 'FunctionName', 'elsewhere'),
    /WorkerMapping: there is no function elsewhere/,
  ],
  [
    'an asset that is not there',
    property('Http', 'Code', { S3Bucket: 'b', S3Key: 'gone.zip' }),
    /Http: .*no asset gone\.zip/,
  ],
])('refuses %s, by name', (_name, change, message) => {
  expect(() => plan(change)).toThrow(message);
});

test('of several stacks it asks which', () => {
  expect(() => loadTemplate(FIXTURE, 'Other')).toThrow(/no stack Other/);
  expect(loadTemplate(FIXTURE, 'Fixture').stackName).toBe('Fixture');
});

test('says so where nothing has been synthesised', () => {
  expect(() => loadTemplate(path.join(FIXTURE, 'nowhere'))).toThrow(/nothing has been synthesised there/);
});
