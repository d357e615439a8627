import * as z from 'zod';
import { MANAGED_CACHE_POLICIES, MANAGED_ORIGIN_REQUEST_POLICIES } from './managed-policies.ts';

/** Which names of a kind (headers, cookies, query parameters) reach the origin. */
type Selection = { behavior: 'none' | 'all' | 'whitelist' | 'allExcept'; names: string[] };

export type ForwardingPolicy = {
  headers: Selection;
  cookies: Selection;
  queryStrings: Selection;
};
export type CachePolicy = ForwardingPolicy & { gzip: boolean; brotli: boolean };

const cookies = z.strictObject({
  CookieBehavior: z.enum(['none', 'whitelist', 'allExcept', 'all']),
  Cookies: z.array(z.string()).default([]),
});
const queryStrings = z.strictObject({
  QueryStringBehavior: z.enum(['none', 'whitelist', 'allExcept', 'all']),
  QueryStrings: z.array(z.string()).default([]),
});
const headers = z.strictObject({
  HeaderBehavior: z.enum(['none', 'whitelist', 'allExcept', 'allViewer']),
  Headers: z.array(z.string()).default([]),
});

const cachePolicy = z.strictObject({
  Name: z.string(),
  Comment: z.string().optional(),
  DefaultTTL: z.number(),
  MaxTTL: z.number(),
  MinTTL: z.number(),
  ParametersInCacheKeyAndForwardedToOrigin: z.strictObject({
    CookiesConfig: cookies,
    HeadersConfig: headers,
    QueryStringsConfig: queryStrings,
    EnableAcceptEncodingBrotli: z.boolean().default(false),
    EnableAcceptEncodingGzip: z.boolean(),
  }),
});

const originRequestPolicy = z.strictObject({
  Name: z.string(),
  Comment: z.string().optional(),
  CookiesConfig: cookies,
  HeadersConfig: headers,
  QueryStringsConfig: queryStrings,
});

/** A cache policy by id, managed or the template's; what it says of caching itself is not emulated: every request is a miss. */
export function cachePolicyById(id: string, own: Record<string, unknown>): CachePolicy {
  const managed = MANAGED_CACHE_POLICIES[id];
  if (managed !== undefined) return managed;
  const config = parse(cachePolicy, 'cache policy', id, own).ParametersInCacheKeyAndForwardedToOrigin;
  return {
    ...forwarding(config),
    gzip: config.EnableAcceptEncodingGzip,
    brotli: config.EnableAcceptEncodingBrotli,
  };
}

export function originRequestPolicyById(id: string, own: Record<string, unknown>): ForwardingPolicy {
  const managed = MANAGED_ORIGIN_REQUEST_POLICIES[id];
  if (managed !== undefined) return managed;
  return forwarding(parse(originRequestPolicy, 'origin request policy', id, own));
}

/** Whether one of the policies forwards this name. */
export function forwards(policies: ForwardingPolicy[], kind: keyof ForwardingPolicy, name: string): boolean {
  return policies.some((policy) => {
    const { behavior, names } = policy[kind];
    if (behavior === 'none' || behavior === 'all') return behavior === 'all';
    const named = names.some((listed) => (kind === 'headers' ? listed.toLowerCase() === name : listed === name));
    return named === (behavior === 'whitelist');
  });
}

/** Parses a policy of the template; an id that is neither the template's nor a known managed one is refused by name. */
export function parse<T>(schema: z.ZodType<T>, kind: string, id: string, own: Record<string, unknown>): T {
  if (!Object.hasOwn(own, id)) throw new Error(`CloudFront: the ${kind} "${id}" is not known`);
  const parsed = schema.safeParse(own[id]);
  if (parsed.success) return parsed.data;
  throw new Error(`CloudFront ${kind} "${id}": ${z.prettifyError(parsed.error)}`);
}

function forwarding(config: {
  HeadersConfig: z.infer<typeof headers>;
  CookiesConfig: z.infer<typeof cookies>;
  QueryStringsConfig: z.infer<typeof queryStrings>;
}): ForwardingPolicy {
  const { HeaderBehavior, Headers } = config.HeadersConfig;
  const generated = Headers.find((name) => /^cloudfront-/i.test(name));
  if (generated !== undefined) throw new Error(`CloudFront: the header "${generated}" is not emulated`);
  return {
    headers: { behavior: HeaderBehavior === 'allViewer' ? 'all' : HeaderBehavior, names: Headers },
    cookies: { behavior: config.CookiesConfig.CookieBehavior, names: config.CookiesConfig.Cookies },
    queryStrings: {
      behavior: config.QueryStringsConfig.QueryStringBehavior,
      names: config.QueryStringsConfig.QueryStrings,
    },
  };
}
