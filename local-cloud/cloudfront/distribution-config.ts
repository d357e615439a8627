import * as z from 'zod';

const method = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'OPTIONS', 'DELETE']);

/** Properties that change nothing on one machine are taken and ignored; what is not named here is refused by name. */
const ignored = z.unknown().optional();
const none = z.array(z.never(), 'is not emulated').optional();
const off = z.literal(false, 'is not emulated').optional();

const behavior = z.strictObject({
  TargetOriginId: z.string(),
  AllowedMethods: z.array(method).default(['GET', 'HEAD']),
  CachePolicyId: z.string(),
  OriginRequestPolicyId: z.string().optional(),
  ResponseHeadersPolicyId: z.string().optional(),
  Compress: z.boolean().default(false),
  FunctionAssociations: z
    .array(z.strictObject({ EventType: z.enum(['viewer-request', 'viewer-response']), FunctionARN: z.string() }))
    .default([]),
  LambdaFunctionAssociations: none,
  TrustedKeyGroups: none,
  TrustedSigners: none,
  SmoothStreaming: off,
  // The laptop has no certificate: HTTPS-only and redirect-to-https count as satisfied.
  ViewerProtocolPolicy: z.enum(['allow-all', 'https-only', 'redirect-to-https']),
  // Nothing is cached here.
  CachedMethods: ignored,
});

const pathBehavior = behavior.extend({ PathPattern: z.string() });

const origin = z.strictObject({
  Id: z.string(),
  DomainName: z.string(),
  OriginPath: z
    .string()
    .regex(/^(\/.*[^/])?$/, 'begins with a slash and does not end with one')
    .default(''),
  OriginCustomHeaders: z.array(z.strictObject({ HeaderName: z.string(), HeaderValue: z.string() })).default([]),
  OriginAccessControlId: z.string().optional(),
  CustomOriginConfig: z
    .strictObject({
      OriginReadTimeout: z.number().optional(),
      HTTPPort: ignored,
      HTTPSPort: ignored,
      IpAddressType: ignored,
      OriginKeepaliveTimeout: ignored,
      OriginProtocolPolicy: ignored,
      OriginSSLProtocols: ignored,
    })
    .optional(),
  S3OriginConfig: z
    .strictObject({
      OriginAccessIdentity: z.literal('', 'is not emulated: use an origin access control').optional(),
      OriginReadTimeout: z.number().optional(),
    })
    .optional(),
  ResponseCompletionTimeout: z.number().optional(),
  ConnectionAttempts: ignored,
  ConnectionTimeout: ignored,
  OriginShield: ignored,
});

const schema = z.strictObject({
  Enabled: z.literal(true, 'a disabled distribution is not emulated'),
  Origins: z.array(origin).min(1),
  DefaultCacheBehavior: behavior,
  CacheBehaviors: z.array(pathBehavior).default([]),
  DefaultRootObject: z.string().default(''),
  CustomErrorResponses: z
    .array(
      z.strictObject({
        ErrorCode: z.number(),
        ResponseCode: z.number().optional(),
        ResponsePagePath: z.string().optional(),
        ErrorCachingMinTTL: ignored,
      }),
    )
    .default([]),
  Restrictions: z
    .strictObject({
      GeoRestriction: z.strictObject({ RestrictionType: z.literal('none', 'geography is not emulated') }),
    })
    .optional(),
  WebACLId: z.literal('', 'a web ACL is not emulated').optional(),
  Staging: off,
  Aliases: ignored,
  Comment: ignored,
  HttpVersion: ignored,
  IPV6Enabled: ignored,
  Logging: ignored,
  PriceClass: ignored,
  ViewerCertificate: ignored,
});

export type ParsedDistribution = z.infer<typeof schema>;
export type Behavior = z.infer<typeof behavior>;
export type Origin = z.infer<typeof origin>;

/** A CloudFormation `DistributionConfig`, its intrinsics resolved. Throws an error that names what is not emulated. */
export function parseDistribution(config: unknown): ParsedDistribution {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new Error(`CloudFront distribution: ${z.prettifyError(parsed.error)}`);
}
