import { TemplateRefused } from './template-refused.ts';

/** What the local cloud runs. */
export const RUN = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudFront::CachePolicy',
  'AWS::CloudFront::Distribution',
  'AWS::CloudFront::Function',
  'AWS::CloudFront::OriginAccessControl',
  'AWS::CloudFront::OriginRequestPolicy',
  'AWS::CloudFront::ResponseHeadersPolicy',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Url',
  'AWS::Lambda::Version',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::Queue',
  'AWS::SSM::Parameter',
  'AWS::Scheduler::Schedule',
  'Custom::CDKBucketDeployment',
  'Custom::S3BucketNotifications',
] as const;

export type RunType = (typeof RUN)[number];

/** What it knows and leaves out, each for a reason. */
const LEFT_OUT: Record<string, string> = {
  'AWS::ApiGateway::Account': 'logs go to the console',
  'AWS::ApiGatewayV2::ApiMapping': 'own domains exist in AWS alone',
  'AWS::ApiGatewayV2::Deployment': 'every change is deployed at once',
  'AWS::ApiGatewayV2::DomainName': 'own domains exist in AWS alone',
  'AWS::CDK::Metadata': 'says only who made the template',
  'AWS::CertificateManager::Certificate': 'there is no TLS here',
  'AWS::CloudWatch::Alarm': 'there are no metrics here',
  'AWS::CloudWatch::CompositeAlarm': 'there are no metrics here',
  'AWS::CloudWatch::Dashboard': 'there are no metrics here',
  'AWS::IAM::ManagedPolicy': 'permissions are not evaluated',
  'AWS::IAM::Policy': 'permissions are not evaluated',
  'AWS::IAM::Role': 'permissions are not evaluated',
  'AWS::Lambda::LayerVersion': 'only a function that cannot run here may use it',
  'AWS::Logs::LogGroup': 'logs go to the console',
  'AWS::Logs::MetricFilter': 'there are no metrics here',
  'AWS::Logs::QueryDefinition': 'logs go to the console',
  'AWS::Route53::RecordSet': 'own domains exist in AWS alone',
  'AWS::SNS::Subscription': 'only alarms publish to topics',
  'AWS::SNS::Topic': 'only alarms publish to topics',
  'AWS::SNS::TopicPolicy': 'permissions are not evaluated',
  'AWS::SQS::QueuePolicy': 'permissions are not evaluated',
  'AWS::Scheduler::ScheduleGroup': 'a group only gathers schedules',
  'Custom::S3AutoDeleteObjects': 'it acts when the stack is deleted',
};

const runnable: ReadonlySet<string> = new Set(RUN);

/** Whether a type is run; false when it is knowingly left out. Throws for every other type. */
export function isRun(logicalId: string, type: string): type is RunType {
  if (runnable.has(type)) return true;
  if (LEFT_OUT[type] !== undefined) return false;
  throw new TemplateRefused(`${logicalId}: the local cloud does not know the resource type ${type}.`);
}
