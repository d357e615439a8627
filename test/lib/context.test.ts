import { App } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { readConfig } from '../../lib/config.ts';
import { FastTrackStack } from '../../lib/fasttrack-stack.ts';
import { synthesise, theResource } from './synthesise.ts';

const config = (context: Record<string, unknown>) => readConfig(new App({ context }).node);

test('without any setting there are sensible ones', () => {
  expect(config({})).toMatchObject({
    allowedOrigins: ['*'],
    downloadConcurrency: 10,
    importConcurrency: 5,
    retain: true,
    logRetentionDays: 30,
    maxDurationSeconds: 43_200,
    allowedHosts: [],
    deniedHosts: [],
    retentionDays: undefined,
    timeZone: 'America/Sao_Paulo',
  });
});

test('text, as --context gives it, means what it means in cdk.json', () => {
  expect(
    config({
      downloadConcurrency: '20',
      retain: 'false',
      allowedOrigins: 'https://a.example,https://b.example',
      reservedConcurrency: '{"download-worker":4}',
      logRetentionDays: '7',
      accessToken: '',
      allowedHosts: 'youtube.com,example.com',
      deniedHosts: '',
      retentionDays: '30',
    }),
  ).toMatchObject({
    downloadConcurrency: 20,
    retain: false,
    allowedOrigins: ['https://a.example', 'https://b.example'],
    reservedConcurrency: { 'download-worker': 4 },
    logRetentionDays: 7,
    accessToken: undefined,
    allowedHosts: ['youtube.com', 'example.com'],
    deniedHosts: [],
    retentionDays: 30,
  });
});

test.each([
  [{ downloadConcurrency: 1 }, 'downloadConcurrency'],
  [{ downloadConcurrency: 'many' }, 'downloadConcurrency'],
  [{ importConcurrency: 0 }, 'importConcurrency'],
  [{ allowedOrigins: ['example.com'] }, 'allowedOrigins'],
  [{ allowedOrigins: [] }, 'allowedOrigins'],
  [{ logRetentionDays: 31 }, 'logRetentionDays'],
  [{ reservedConcurrency: { worker: 1 } }, 'reservedConcurrency'],
  [{ reservedConcurrency: '{' }, 'reservedConcurrency'],
  [{ maxDownloadBytes: 0 }, 'maxDownloadBytes'],
  [{ retentionDays: 0 }, 'retentionDays'],
  [{ timeZone: 'Recife' }, 'timeZone'],
  [{ deniedHosts: ['https://example.com'] }, 'deniedHosts'],
  [{ throttling: { rate: 10 } }, 'throttling'],
  [{ retain: 'perhaps' }, 'retain'],
  [{ accessToken: 'a secret, not a name!' }, 'accessToken'],
  [{ domainName: 'watch.example.com' }, 'certificateArn'],
  [{ hostedZoneId: 'Z123' }, 'domainName'],
  [
    {
      domainName: 'watch.example.com',
      certificateArn: 'arn:aws:acm:sa-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000',
    },
    'us-east-1',
  ],
  [{ alarmEmail: 'nobody' }, 'alarmEmail'],
])('%j is refused, naming %s', (context, name) => {
  expect(() => config(context)).toThrow(name);
});

test('without a build the error says what to run', () => {
  const app = new App({ context: { dist: 'no-such-folder' } });
  expect(() => new FastTrackStack(app, 'FastTrack')).toThrow('npm run build');
});

test('without an access token the deployment warns; with one, only http and connections read that one parameter', () => {
  const open = synthesise();
  expect(open.findings).toEqual(['Annotation::fasttrack:no-access-token']);
  expect(open.text).not.toContain('ssm:GetParameter');

  const { template, text, findings } = synthesise({ accessToken: '/fasttrack/token' });
  expect(findings).toEqual([]);
  expect(text.match(/ssm:GetParameter/g)).toHaveLength(2);
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: Match.objectLike({
      Statement: Match.arrayWith([
        {
          Effect: 'Allow',
          Action: 'ssm:GetParameter',
          Resource: { 'Fn::Join': ['', Match.arrayWith([':parameter/fasttrack/token'])] },
        },
      ]),
    }),
  });
  for (const name of ['HttpApi', 'ConnectionsFunction']) {
    const { Environment } = theResource(template, 'AWS::Lambda::Function', name).Properties;
    expect(Environment.Variables).toMatchObject({ ACCESS_TOKEN_PARAMETER: '/fasttrack/token' });
  }
}, 60_000);

test("a domain of one's own has its certificate, modern TLS, its name in DNS and in every link", () => {
  const { template } = synthesise({
    domainName: 'watch.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000',
    hostedZoneId: 'Z0123456789',
  });
  template.hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: Match.objectLike({
      Aliases: ['watch.example.com'],
      ViewerCertificate: Match.objectLike({ MinimumProtocolVersion: 'TLSv1.2_2021', SslSupportMethod: 'sni-only' }),
    }),
  });
  template.resourcePropertiesCountIs(
    'AWS::Route53::RecordSet',
    { Name: 'watch.example.com.', HostedZoneId: 'Z0123456789' },
    2,
  );
  template.hasOutput('SiteUrl', { Value: 'https://watch.example.com' });
  template.hasResourceProperties('AWS::S3::Bucket', {
    CorsConfiguration: { CorsRules: [Match.objectLike({ AllowedOrigins: ['https://watch.example.com'] })] },
  });
}, 60_000);

test('a throwaway deployment leaves nothing behind', () => {
  const { template, text } = synthesise({ retain: false });
  for (const type of ['AWS::S3::Bucket', 'AWS::DynamoDB::Table']) {
    for (const { DeletionPolicy } of Object.values(template.findResources(type))) expect(DeletionPolicy).toBe('Delete');
  }
  expect(text).not.toContain('"DeletionProtectionEnabled": true');
}, 60_000);

test('alarms reach a person when there is an address, and concurrency is reserved only when asked for', () => {
  const { template } = synthesise({ alarmEmail: 'ops@example.com', reservedConcurrency: { 'download-worker': 4 } });
  const { id: topic } = theResource(template, 'AWS::SNS::Topic');
  template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' });
  for (const { Properties } of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
    expect(Properties.AlarmActions).toEqual([{ Ref: topic }]);
  }
  const reserved = Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
    ({ Properties }) => Properties.ReservedConcurrentExecutions ?? [],
  );
  expect(reserved).toEqual([4]);
}, 60_000);

test('limits reach the functions that keep them', () => {
  const context = {
    allowedHosts: ['example.com'],
    deniedHosts: 'a.example,b.example',
    retentionDays: 7,
    timeZone: 'America/Recife',
  };
  const { template } = synthesise({ ...context, maxDurationSeconds: 60 });
  const variables = (part: string) =>
    theResource(template, 'AWS::Lambda::Function', part).Properties.Environment.Variables;
  const hosts = { ALLOWED_HOSTS: 'example.com', DENIED_HOSTS: 'a.example,b.example' };
  expect(variables('HttpApi')).toMatchObject({ ...hosts, RETENTION_DAYS: '7' });
  expect(variables('DownloadWorker')).toMatchObject({ ...hosts, RETENTION_DAYS: '7', MAX_DURATION_SECONDS: '60' });
  for (const name of ['HttpApi', 'Export']) {
    expect(variables(name)).toMatchObject({ EVENTS_TIME_ZONE: 'America/Recife' });
  }
  expect(variables('DeadLetter')).toMatchObject({ RETENTION_DAYS: '7' });
}, 60_000);

test('named origins may send credentials; everybody may not', () => {
  const cors = (context: Record<string, unknown>) =>
    theResource(synthesise(context).template, 'AWS::ApiGatewayV2::Api', 'HttpApi').Properties.CorsConfiguration;
  expect(cors({})).toMatchObject({ AllowOrigins: ['*'], AllowCredentials: false });
  expect(cors({ allowedOrigins: ['https://a.example'] })).toMatchObject({
    AllowOrigins: ['https://a.example'],
    AllowCredentials: true,
  });
}, 60_000);

test('the streams let in the same origins as the API', () => {
  const cors = (context: Record<string, unknown>) =>
    theResource(synthesise(context).template, 'AWS::Lambda::Url', 'LiveStream').Properties.Cors;
  const headers = { AllowMethods: ['GET', 'HEAD'], AllowHeaders: ['last-event-id', 'cache-control'] };
  expect(cors({})).toMatchObject({ AllowOrigins: ['*'], AllowCredentials: false, ...headers });
  const named = { AllowOrigins: ['https://a.example'], AllowCredentials: true, ...headers };
  expect(cors({ allowedOrigins: ['https://a.example'] })).toMatchObject(named);
}, 60_000);
