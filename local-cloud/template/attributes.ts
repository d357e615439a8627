import { ACCOUNT_ID, REGION } from '../aws-request.ts';
import { stableId } from './physical-names.ts';

/** A resource as `Ref` and `Fn::GetAtt` see it. `property` is a resolved property of its own. */
export type Referred = {
  stackName: string;
  logicalId: string;
  name: string;
  awsUrl: string;
  property(name: string): string;
};

type Attribute = (resource: Referred) => string;
type Attributes = { nameProperty?: string; ref: Attribute; get?: Record<string, Attribute> };

const name: Attribute = ({ name }) => name;
const arn =
  (service: string, prefix = ''): Attribute =>
  ({ name }) =>
    `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${prefix}${name}`;
const globalArn =
  (service: string, prefix: string): Attribute =>
  ({ name }) =>
    `arn:aws:${service}::${ACCOUNT_ID}:${prefix}${name}`;
const id =
  (length: number): Attribute =>
  ({ stackName, logicalId }) =>
    stableId(stackName, logicalId, length);
const policy: Attributes = { ref: id(36), get: { Id: id(36) } };

const queueUrl: Attribute = ({ awsUrl, name }) => `${awsUrl}/${ACCOUNT_ID}/${name}`;
const bucketHost =
  (host: string): Attribute =>
  ({ name }) =>
    `${name}.${host}`;

/** What each type answers to `Ref` and `Fn::GetAtt`, and which property names it. */
export const ATTRIBUTES: Record<string, Attributes> = {
  'AWS::ApiGatewayV2::Api': {
    ref: id(10),
    get: {
      ApiId: id(10),
      ApiEndpoint: (api) =>
        `${api.property('ProtocolType') === 'WEBSOCKET' ? 'wss' : 'https'}://${id(10)(api)}.execute-api.${REGION}.amazonaws.com`,
    },
  },
  'AWS::ApiGatewayV2::Integration': { ref: id(7), get: { IntegrationId: id(7) } },
  'AWS::ApiGatewayV2::Route': { ref: id(7), get: { RouteId: id(7) } },
  'AWS::ApiGatewayV2::Stage': { nameProperty: 'StageName', ref: name },
  'AWS::CloudFront::CachePolicy': policy,
  'AWS::CloudFront::Distribution': {
    ref: (resource) => `E${id(13)(resource).toUpperCase()}`,
    get: {
      Id: (resource) => `E${id(13)(resource).toUpperCase()}`,
      DomainName: (resource) => `d${id(13)(resource)}.cloudfront.net`,
    },
  },
  'AWS::CloudFront::Function': {
    nameProperty: 'Name',
    ref: globalArn('cloudfront', 'function/'),
    get: { FunctionARN: globalArn('cloudfront', 'function/') },
  },
  'AWS::CloudFront::OriginAccessControl': policy,
  'AWS::CloudFront::OriginRequestPolicy': policy,
  'AWS::CloudFront::ResponseHeadersPolicy': policy,
  'AWS::CloudWatch::Alarm': { nameProperty: 'AlarmName', ref: name, get: { Arn: arn('cloudwatch', 'alarm:') } },
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    ref: name,
    get: {
      Arn: arn('dynamodb', 'table/'),
      // The engine alone knows the stream's label; the running stack puts it in the place of this one.
      StreamArn: (table) => `${arn('dynamodb', 'table/')(table)}/stream/local`,
    },
  },
  'AWS::Events::Rule': { nameProperty: 'Name', ref: name, get: { Arn: arn('events', 'rule/') } },
  'AWS::IAM::ManagedPolicy': { nameProperty: 'ManagedPolicyName', ref: globalArn('iam', 'policy/') },
  'AWS::IAM::Role': { nameProperty: 'RoleName', ref: name, get: { Arn: globalArn('iam', 'role/') } },
  'AWS::Lambda::Alias': { ref: (alias) => `${alias.property('FunctionName')}:${alias.property('Name')}` },
  'AWS::Lambda::EventSourceMapping': { ref: id(36), get: { Id: id(36) } },
  'AWS::Lambda::Function': { nameProperty: 'FunctionName', ref: name, get: { Arn: arn('lambda', 'function:') } },
  'AWS::Lambda::LayerVersion': { nameProperty: 'LayerName', ref: (layer) => `${arn('lambda', 'layer:')(layer)}:1` },
  'AWS::Lambda::Url': {
    ref: (url) => url.property('TargetFunctionArn'),
    get: {
      FunctionArn: (url) => url.property('TargetFunctionArn'),
      FunctionUrl: (url) => `https://${id(32)(url)}.lambda-url.${REGION}.on.aws/`,
    },
  },
  'AWS::Lambda::Version': { ref: (version) => `${version.property('FunctionName')}:1`, get: { Version: () => '1' } },
  'AWS::Logs::LogGroup': { nameProperty: 'LogGroupName', ref: name, get: { Arn: arn('logs', 'log-group:') } },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    ref: name,
    get: {
      Arn: ({ name }) => `arn:aws:s3:::${name}`,
      DomainName: bucketHost('s3.amazonaws.com'),
      RegionalDomainName: bucketHost(`s3.${REGION}.amazonaws.com`),
    },
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    ref: arn('sns'),
    get: { TopicArn: arn('sns'), TopicName: name },
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    ref: queueUrl,
    get: { Arn: arn('sqs'), QueueName: name, QueueUrl: queueUrl },
  },
  'AWS::SSM::Parameter': {
    nameProperty: 'Name',
    ref: name,
    get: { Type: (parameter) => parameter.property('Type'), Value: (parameter) => parameter.property('Value') },
  },
  'AWS::Scheduler::Schedule': { nameProperty: 'Name', ref: name, get: { Arn: arn('scheduler', 'schedule/default/') } },
  'Custom::CDKBucketDeployment': {
    ref: name,
    get: { DestinationBucketArn: (deployment) => `arn:aws:s3:::${deployment.property('DestinationBucketName')}` },
  },
};
