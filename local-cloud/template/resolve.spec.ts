import { expect, test } from 'vitest';
import type { Template } from './load-template.ts';
import { createResolver } from './resolve.ts';

type Given = Partial<Pick<Template, 'resources' | 'parameters' | 'conditions' | 'mappings'>>;

function aResolver(given: Given = {}) {
  const template = {
    stackName: 'Shop',
    parameters: {},
    mappings: {},
    conditions: {},
    resources: {},
    outputs: {},
    assets: new Map(),
    ...given,
  };
  return createResolver(template, {
    stackUuid: '11111111-2222-3333-4444-555555555555',
    awsUrl: 'http://127.0.0.1:4566',
    parameter: (name) => (name === '/known' ? 'secret value' : undefined),
  });
}

const resources: Template['resources'] = {
  Orders: { Type: 'AWS::SQS::Queue', Properties: {} },
  Files: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Join': ['-', ['my', { Ref: 'AWS::Region' }]] } } },
  Rows: { Type: 'AWS::DynamoDB::Table', Properties: {} },
  Run: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'run' } },
  Url: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: { 'Fn::GetAtt': ['Run', 'Arn'] } } },
  Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
  Sockets: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
  Front: { Type: 'AWS::CloudFront::Distribution', Properties: {} },
};

const resolved = (node: unknown, given: Given = { resources }) => aResolver(given).value(node, 'Owner');

test.each([
  ['a queue is its URL', { Ref: 'Orders' }, 'http://127.0.0.1:4566/000000000000/Shop-Orders'],
  ['a queue has an ARN', { 'Fn::GetAtt': ['Orders', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:Shop-Orders'],
  ['the attribute may be in one string', { 'Fn::GetAtt': 'Orders.QueueName' }, 'Shop-Orders'],
  ['a given name wins, intrinsics in it too', { Ref: 'Files' }, 'my-us-east-1'],
  [
    'a bucket has a regional host',
    { 'Fn::GetAtt': ['Files', 'RegionalDomainName'] },
    'my-us-east-1.s3.us-east-1.amazonaws.com',
  ],
  ['a table is its name', { Ref: 'Rows' }, 'Shop-Rows'],
  ["a URL's function", { 'Fn::GetAtt': ['Url', 'FunctionArn'] }, 'arn:aws:lambda:us-east-1:000000000000:function:run'],
  [
    'pseudo parameters',
    { 'Fn::Sub': '${AWS::Partition}/${AWS::AccountId}/${AWS::StackName}' },
    'aws/000000000000/Shop',
  ],
  [
    'the stack ARN ends in the UUID of the data folder',
    { Ref: 'AWS::StackId' },
    'arn:aws:cloudformation:us-east-1:000000000000:stack/Shop/11111111-2222-3333-4444-555555555555',
  ],
  ['Join', { 'Fn::Join': ['/', ['a', { Ref: 'Rows' }, 3]] }, 'a/Shop-Rows/3'],
  ['Sub with an attribute and a literal', { 'Fn::Sub': '${Orders.QueueName}-${!Orders}' }, 'Shop-Orders-${Orders}'],
  [
    'Sub with variables of its own',
    { 'Fn::Sub': ['${x}-${Rows}', { x: { Ref: 'AWS::Region' } }] },
    'us-east-1-Shop-Rows',
  ],
  ['Select of Split', { 'Fn::Select': ['1', { 'Fn::Split': ['-', { Ref: 'Rows' }] }] }, 'Rows'],
  ['an SSM parameter by dynamic reference', 'x={{resolve:ssm:/known}}', 'x=secret value'],
  ['a version of it', { 'Fn::Join': ['', ['{{resolve:ssm:', '/known:3}}']] }, 'secret value'],
  ['Base64', { 'Fn::Base64': 'hi' }, 'aGk='],
  [
    'what is no function stays as it is',
    { Ref: 'Rows', more: [1, true, null] },
    { Ref: 'Rows', more: [1, true, null] },
  ],
])('%s', (_name, node, expected) => {
  expect(resolved(node)).toEqual(expected);
});

test('addresses look as they do on AWS, and are the same at every start', () => {
  const endpoint = resolved({ 'Fn::GetAtt': ['Http', 'ApiEndpoint'] });
  expect(endpoint).toMatch(/^https:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/);
  expect(resolved({ 'Fn::GetAtt': ['Http', 'ApiEndpoint'] })).toBe(endpoint);
  expect(resolved({ 'Fn::GetAtt': ['Sockets', 'ApiEndpoint'] })).toMatch(/^wss:\/\/[a-z0-9]{10}\.execute-api\./);
  expect(resolved({ 'Fn::GetAtt': ['Url', 'FunctionUrl'] })).toMatch(
    /^https:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws\/$/,
  );
  expect(resolved({ 'Fn::GetAtt': ['Front', 'DomainName'] })).toMatch(/^d[a-z0-9]{13}\.cloudfront\.net$/);
});

test('conditions choose, and AWS::NoValue leaves no trace', () => {
  const given: Given = {
    conditions: {
      Here: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
      There: { 'Fn::Not': [{ Condition: 'Here' }] },
      Both: { 'Fn::And': [{ Condition: 'Here' }, { Condition: 'There' }] },
      Either: { 'Fn::Or': [{ Condition: 'Here' }, { Condition: 'There' }] },
    },
  };
  const choose = (name: string) => resolved({ 'Fn::If': [name, 'yes', 'no'] }, given);
  expect([choose('Here'), choose('There'), choose('Both'), choose('Either')]).toEqual(['yes', 'no', 'no', 'yes']);
  const gone = { 'Fn::If': ['There', 1, { Ref: 'AWS::NoValue' }] };
  expect(resolved({ kept: 1, gone, list: [gone, 2] }, given)).toEqual({ kept: 1, list: [2] });
});

test('parameters give their defaults, lists as lists', () => {
  const parameters = { Size: { Type: 'Number', Default: 3 }, Names: { Type: 'CommaDelimitedList', Default: 'a, b' } };
  expect(resolved([{ Ref: 'Size' }, { Ref: 'Names' }], { parameters })).toEqual([3, ['a', 'b']]);
});

test('mappings are looked up', () => {
  const mappings = { Runtime: { 'us-east-1': { value: 'nodejs24.x' } } };
  expect(resolved({ 'Fn::FindInMap': ['Runtime', { Ref: 'AWS::Region' }, 'value'] }, { mappings })).toBe('nodejs24.x');
});

test.each<[string, unknown, Given | undefined, RegExp]>([
  ['an intrinsic that is not known', { 'Fn::ImportValue': 'x' }, undefined, /Fn::ImportValue is not supported/],
  ['availability zones', { 'Fn::GetAZs': '' }, undefined, /Fn::GetAZs is not supported/],
  [
    'an attribute that is not known',
    { 'Fn::GetAtt': ['Rows', 'Colour'] },
    undefined,
    /attribute Colour of Rows \(AWS::Dyn/,
  ],
  ['a resource that is not there', { Ref: 'Nowhere' }, undefined, /no Nowhere in the template/],
  ['a secret', '{{resolve:secretsmanager:x}}', undefined, /secretsmanager:x\}\} is not supported/],
  ['a parameter that does not exist', '{{resolve:ssm:/unknown}}', undefined, /no SSM parameter \/unknown/],
  [
    'a parameter read at deploy time',
    { Ref: 'P' },
    { parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/x' } } },
    /read from SSM at deploy time/,
  ],
  ['a parameter without a default', { Ref: 'P' }, { parameters: { P: { Type: 'String' } } }, /P has no default/],
  ['a condition that is not there', { 'Fn::If': ['C', 1, 2] }, {}, /no condition C/],
  [
    'a condition in a circle',
    { 'Fn::If': ['C', 1, 2] },
    { conditions: { C: { Condition: 'C' } } },
    /C refers to itself/,
  ],
  [
    'a name in a circle',
    { Ref: 'A' },
    { resources: { A: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'A' } } } } },
    /A → A refers to itself/,
  ],
  ['an index beyond the list', { 'Fn::Select': [5, ['a']] }, {}, /more than the list holds/],
])('refuses %s by name', (_name, node, given, message) => {
  expect(() => resolved(node, given)).toThrow(message);
});

test('a refusal names the owner and its type', () => {
  const owners = { resources: { Mine: { Type: 'AWS::SQS::Queue', Properties: {} } } };
  expect(() => aResolver(owners).value({ 'Fn::GetAZs': '' }, 'Mine')).toThrow(/^Mine \(AWS::SQS::Queue\): /);
});

test("generated names obey their service's rules", () => {
  const long = 'A'.repeat(100);
  const names = aResolver({
    resources: {
      [long]: { Type: 'AWS::S3::Bucket', Properties: {} },
      [`${long}B`]: { Type: 'AWS::S3::Bucket', Properties: {} },
      Line: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    },
  });
  expect(names.name(long)).toMatch(/^[a-z0-9-]{63}$/);
  expect(names.name(long)).not.toBe(names.name(`${long}B`));
  expect(names.name('Line')).toBe('Shop-Line.fifo');
});
