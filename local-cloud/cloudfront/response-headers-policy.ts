import * as z from 'zod';
import type { Headers } from './messages.ts';
import { parse } from './policies.ts';

const items = z.strictObject({ Items: z.array(z.string()) });
const override = z.boolean();

const corsConfig = z.strictObject({
  AccessControlAllowCredentials: z.boolean(),
  AccessControlAllowHeaders: items,
  AccessControlAllowMethods: items,
  AccessControlAllowOrigins: items,
  AccessControlExposeHeaders: items.optional(),
  AccessControlMaxAgeSec: z.number().optional(),
  OriginOverride: override,
});

const security = z.strictObject({
  ContentSecurityPolicy: z.strictObject({ ContentSecurityPolicy: z.string(), Override: override }).optional(),
  ContentTypeOptions: z.strictObject({ Override: override }).optional(),
  FrameOptions: z.strictObject({ FrameOption: z.enum(['DENY', 'SAMEORIGIN']), Override: override }).optional(),
  ReferrerPolicy: z.strictObject({ ReferrerPolicy: z.string(), Override: override }).optional(),
  StrictTransportSecurity: z
    .strictObject({
      AccessControlMaxAgeSec: z.number(),
      IncludeSubdomains: z.boolean().optional(),
      Preload: z.boolean().optional(),
      Override: override,
    })
    .optional(),
  XSSProtection: z
    .strictObject({
      Protection: z.boolean(),
      ModeBlock: z.boolean().optional(),
      ReportUri: z.string().optional(),
      Override: override,
    })
    .optional(),
});

const responseHeadersPolicy = z.strictObject({
  Name: z.string(),
  Comment: z.string().optional(),
  CorsConfig: corsConfig.optional(),
  CustomHeadersConfig: z
    .strictObject({ Items: z.array(z.strictObject({ Header: z.string(), Value: z.string(), Override: override })) })
    .optional(),
  RemoveHeadersConfig: z.strictObject({ Items: z.array(z.strictObject({ Header: z.string() })) }).optional(),
  SecurityHeadersConfig: security.optional(),
});

type Policy = z.infer<typeof responseHeadersPolicy>;
type Rule = { name: string; value: string; override: boolean };

const SECURITY: Policy['SecurityHeadersConfig'] = {
  ContentTypeOptions: { Override: true },
  FrameOptions: { FrameOption: 'SAMEORIGIN', Override: false },
  ReferrerPolicy: { ReferrerPolicy: 'strict-origin-when-cross-origin', Override: false },
  StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, Override: false },
  XSSProtection: { Protection: true, ModeBlock: true, Override: false },
};

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html */
const MANAGED: Record<string, Policy> = {
  '67f7725c-6f97-4210-82d7-5512b31e9d03': { Name: 'SecurityHeadersPolicy', SecurityHeadersConfig: SECURITY },
};

/** Applies a response headers policy to an answer's headers; `origin` is the viewer's `origin` header. */
export type ResponseHeaders = (headers: Headers, origin: string | undefined) => Headers;

export function responseHeadersById(id: string, own: Record<string, unknown>): ResponseHeaders {
  const policy = MANAGED[id] ?? parse(responseHeadersPolicy, 'response headers policy', id, own);
  const removed = new Set(policy.RemoveHeadersConfig?.Items.map(({ Header }) => Header.toLowerCase()));
  const rules = [...securityRules(policy.SecurityHeadersConfig ?? {}), ...customRules(policy)];
  return (headers, origin) => {
    const kept = Object.entries(headers).filter(([name]) => !removed.has(name));
    const result: Headers = Object.fromEntries(kept);
    for (const { name, value, override } of [...rules, ...corsRules(policy.CorsConfig, origin)]) {
      if (override || result[name] === undefined) result[name] = [value];
    }
    return result;
  };
}

function customRules(policy: Policy): Rule[] {
  const custom = policy.CustomHeadersConfig?.Items ?? [];
  return custom.map(({ Header, Value, Override }) => ({
    name: Header.toLowerCase(),
    value: Value,
    override: Override,
  }));
}

function securityRules(config: NonNullable<Policy['SecurityHeadersConfig']>): Rule[] {
  const {
    ContentSecurityPolicy: csp,
    ContentTypeOptions,
    FrameOptions,
    ReferrerPolicy,
    StrictTransportSecurity: sts,
  } = config;
  const xss = config.XSSProtection;
  const rules: [string, { Override: boolean } | undefined, string][] = [
    ['content-security-policy', csp, csp?.ContentSecurityPolicy ?? ''],
    ['x-content-type-options', ContentTypeOptions, 'nosniff'],
    ['x-frame-options', FrameOptions, FrameOptions?.FrameOption ?? ''],
    ['referrer-policy', ReferrerPolicy, ReferrerPolicy?.ReferrerPolicy ?? ''],
    [
      'strict-transport-security',
      sts,
      `max-age=${sts?.AccessControlMaxAgeSec}${sts?.IncludeSubdomains ? '; includeSubDomains' : ''}${sts?.Preload ? '; preload' : ''}`,
    ],
    [
      'x-xss-protection',
      xss,
      `${xss?.Protection ? 1 : 0}${xss?.ModeBlock ? '; mode=block' : ''}${xss?.ReportUri === undefined ? '' : `; report=${xss.ReportUri}`}`,
    ],
  ];
  return rules.flatMap(([name, set, value]) => (set === undefined ? [] : [{ name, value, override: set.Override }]));
}

function corsRules(cors: z.infer<typeof corsConfig> | undefined, origin: string | undefined): Rule[] {
  if (cors === undefined || origin === undefined) return [];
  const allowed = cors.AccessControlAllowOrigins.Items;
  const any = allowed.includes('*');
  if (!any && !allowed.some((pattern) => originMatches(pattern, origin))) return [];
  const methods = cors.AccessControlAllowMethods.Items;
  const rules: [string, string | undefined][] = [
    ['access-control-allow-origin', any ? '*' : origin],
    ['access-control-allow-credentials', cors.AccessControlAllowCredentials ? 'true' : undefined],
    ['access-control-allow-headers', cors.AccessControlAllowHeaders.Items.join(', ')],
    [
      'access-control-allow-methods',
      methods.includes('ALL') ? 'GET, DELETE, HEAD, OPTIONS, PATCH, POST, PUT' : methods.join(', '),
    ],
    ['access-control-expose-headers', cors.AccessControlExposeHeaders?.Items.join(', ')],
    ['access-control-max-age', cors.AccessControlMaxAgeSec?.toString()],
  ];
  return rules.flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value, override: cors.OriginOverride }],
  );
}

/** `https://*.example.com` stands for every subdomain. */
function originMatches(pattern: string, origin: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === origin;
  return origin.length >= before.length + after.length && origin.startsWith(before) && origin.endsWith(after);
}
