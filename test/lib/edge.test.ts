import { expect, test } from 'vitest';
import { API_PREFIX, routes } from '../../contract/routes.ts';
import { synthesise, theResource } from './synthesise.ts';

const { template } = synthesise();
const { DistributionConfig: config } = theResource(template, 'AWS::CloudFront::Distribution').Properties;
type Behavior = { PathPattern: string; TargetOriginId: string; AllowedMethods?: string[] };
type Origin = {
  Id: string;
  DomainName: unknown;
  OriginCustomHeaders?: unknown;
  CustomOriginConfig?: { OriginReadTimeout?: number };
};
const behaviors: Behavior[] = config.CacheBehaviors;
const origins: Origin[] = config.Origins;

function originFor(path: string): Origin {
  const { TargetOriginId } = behaviorFor(path);
  const origin = origins.find(({ Id }) => Id === TargetOriginId);
  if (origin === undefined) throw new Error(`no origin ${TargetOriginId}`);
  return origin;
}

/** Which part of the system serves a path, by what stands in the host name of its origin. */
const serverOf = (path: string) =>
  /"(HttpApi|WebSocketApi|LiveStream|Export|Site)/.exec(JSON.stringify(originFor(path).DomainName))?.[1];

/** As CloudFront does it: the first pattern that matches, `*` for anything and `?` for one character. */
function behaviorFor(path: string): Behavior {
  const matches = ({ PathPattern }: Behavior) => {
    const pattern = PathPattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${pattern}$`).test(path);
  };
  return behaviors.find(matches) ?? { PathPattern: 'default', ...config.DefaultCacheBehavior };
}

const paths = routes.flatMap(({ method, path }) =>
  ['', API_PREFIX].map((prefix) => ({
    method: method.toUpperCase(),
    path: prefix + path.replaceAll(/\{\w+\}/g, '01JDC8'),
  })),
);

test.each(paths)('$method $path reaches the function that answers it', ({ method, path }) => {
  const behavior = behaviorFor(path);
  const streamed = path.endsWith('/stream')
    ? 'LiveStream'
    : /\/(eventos\/download|failed\.csv)$/.test(path)
      ? 'Export'
      : 'HttpApi';
  expect(serverOf(path)).toBe(streamed);
  expect(behavior.AllowedMethods ?? ['GET', 'HEAD']).toContain(method);
});

test.each([
  ['/', 'Site'],
  ['/index.html', 'Site'],
  ['/assets/rapidoc-min.js', 'Site'],
  ['/nothing', 'Site'],
  ['/ws/connections', 'HttpApi'],
  ['/ws/downloads/01JDC8', 'WebSocketApi'],
  ['/ws/nothing', 'WebSocketApi'],
  ['/downloads/queue/stream', 'LiveStream'],
  ['/eventos/7', 'HttpApi'],
  ['/eventos/upload', 'HttpApi'],
  ['/api/v1/events/download', 'Export'],
  ['/uploads/a/failed.csv', 'Export'],
  ['/api/v1/uploads/a/failed.csv', 'Export'],
  ['/uploads/failed.csv', 'HttpApi'],
  ['/uploads/template.csv', 'HttpApi'],
  ['/notifications', 'HttpApi'],
  ['/asyncapi.json', 'HttpApi'],
])('%s is served by %s', (path, origin) => {
  expect(serverOf(path)).toBe(origin);
});

test('the order is the one that lets exceptions win', () => {
  expect(behaviors.map(({ PathPattern }) => PathPattern)).toEqual([
    '/ws/connections',
    '/ws/*',
    '/downloads/*/stream',
    '/api/v1/downloads/*/stream',
    '/eventos/download',
    '/api/v1/eventos/download',
    '/api/v1/events/download',
    '/uploads/*/failed.csv',
    '/api/v1/uploads/*/failed.csv',
    '/api/*',
    '/downloads*',
    '/eventos*',
    '/uploads*',
    '/notifications*',
    '/health',
    '/docs*',
    '/openapi.json',
    '/asyncapi.json',
  ]);
});

test('no answer of an API is cached, and each request passes the edge function', () => {
  const { id } = theResource(template, 'AWS::CloudFront::Function');
  for (const behavior of behaviors) {
    expect(behavior).toMatchObject({
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      FunctionAssociations: [{ EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': [id, 'FunctionARN'] } }],
    });
  }
  expect(config.DefaultCacheBehavior.FunctionAssociations).toBeUndefined();
});

test('a handshake is never redirected, and a stream never held back to be compressed', () => {
  expect(behaviorFor('/ws/downloads/a')).toMatchObject({ ViewerProtocolPolicy: 'https-only' });
  expect(behaviorFor('/downloads/a/stream')).toMatchObject({
    Compress: false,
    AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
  });
  expect(originFor('/downloads/a/stream').CustomOriginConfig?.OriginReadTimeout).toBe(60);
});

test('both APIs get the origin key, and their functions the same', () => {
  const key = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
  for (const path of ['/downloads', '/ws/downloads/a']) {
    expect(originFor(path).OriginCustomHeaders).toEqual([{ HeaderName: 'x-origin-key', HeaderValue: key }]);
  }
  for (const name of ['HttpApiFunction', 'ConnectionsFunction']) {
    const { Environment } = theResource(template, 'AWS::Lambda::Function', name).Properties;
    expect(Environment.Variables.ORIGIN_KEY).toEqual(key);
  }
});

test('only this distribution may call the streams, by both permissions that AWS asks for', () => {
  const { id: distribution } = theResource(template, 'AWS::CloudFront::Distribution');
  const urls = Object.values(template.findResources('AWS::Lambda::Url'));
  expect(urls).toHaveLength(2);
  for (const { Properties } of urls) {
    expect(Properties).toMatchObject({ AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' });
  }
  const granted = Object.values(template.findResources('AWS::Lambda::Permission'))
    .map(({ Properties }) => Properties)
    .filter(({ Principal }) => Principal === 'cloudfront.amazonaws.com');
  expect(new Set(granted.map(({ Action }) => Action))).toEqual(
    new Set(['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']),
  );
  for (const { SourceArn } of granted) expect(JSON.stringify(SourceArn)).toContain(distribution);
});

test('a page of the site runs no script but its own, is framed by nobody, and is always asked for by TLS', () => {
  const { Properties } = theResource(template, 'AWS::CloudFront::ResponseHeadersPolicy');
  const { SecurityHeadersConfig: headers } = Properties.ResponseHeadersPolicyConfig;
  const policy = JSON.stringify(headers.ContentSecurityPolicy.ContentSecurityPolicy);
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("style-src 'self';");
  expect(policy).not.toContain('unsafe-');
  expect(headers).toMatchObject({
    ContentTypeOptions: { Override: true },
    FrameOptions: { FrameOption: 'DENY' },
    ReferrerPolicy: { ReferrerPolicy: 'same-origin' },
    StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000 },
  });
});

test('the site is read by CloudFront alone, which may see that a page does not exist', () => {
  const { id: bucket } = theResource(template, 'AWS::S3::Bucket', 'Site');
  const policies = Object.values(template.findResources('AWS::S3::BucketPolicy'));
  const policy = policies.find(({ Properties }) => Properties.Bucket.Ref === bucket);
  const statements: Statement[] = policy?.Properties.PolicyDocument.Statement;
  expect(statements.filter(({ Effect }) => Effect === 'Allow')).toMatchObject([
    { Action: ['s3:GetObject', 's3:ListBucket'], Principal: { Service: 'cloudfront.amazonaws.com' } },
  ]);
});

type Statement = { Effect: string; Action: unknown; Principal: unknown };
