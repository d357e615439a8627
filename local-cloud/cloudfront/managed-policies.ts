import type { CachePolicy, ForwardingPolicy } from './policies.ts';

type Selection = ForwardingPolicy['headers'];
const none: Selection = { behavior: 'none', names: [] };
const all: Selection = { behavior: 'all', names: [] };
const only = (...names: string[]): Selection => ({ behavior: 'whitelist', names });

const nothing: ForwardingPolicy = { headers: none, cookies: none, queryStrings: none };
const originsWish = only('host', 'origin', 'x-http-method-override', 'x-http-method', 'x-method-override');
const corsHeaders = ['origin', 'access-control-request-headers', 'access-control-request-method'];

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html */
export const MANAGED_CACHE_POLICIES: Record<string, CachePolicy> = {
  /** CachingDisabled */
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': { ...nothing, gzip: false, brotli: false },
  /** CachingOptimized */
  '658327ea-f89d-4fab-a63d-7e88639e58f6': { ...nothing, gzip: true, brotli: true },
  /** CachingOptimizedForUncompressedObjects */
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': { ...nothing, gzip: false, brotli: false },
  /** UseOriginCacheControlHeaders */
  '83da9c7e-98b4-4e11-a168-04f0df8e2c65': {
    headers: originsWish,
    cookies: all,
    queryStrings: none,
    gzip: true,
    brotli: true,
  },
  /** UseOriginCacheControlHeaders-QueryStrings */
  '4cc15a8a-d715-48a4-82b8-cc0b614638fe': {
    headers: originsWish,
    cookies: all,
    queryStrings: all,
    gzip: true,
    brotli: true,
  },
};

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html */
export const MANAGED_ORIGIN_REQUEST_POLICIES: Record<string, ForwardingPolicy> = {
  /** AllViewer */
  '216adef6-5c7f-47e4-b989-5492eafa07d3': { headers: all, cookies: all, queryStrings: all },
  /** AllViewerExceptHostHeader */
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': {
    headers: { behavior: 'allExcept', names: ['host'] },
    cookies: all,
    queryStrings: all,
  },
  /** CORS-S3Origin */
  '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf': { ...nothing, headers: only(...corsHeaders) },
  /** CORS-CustomOrigin */
  '59781a5b-3903-41f3-afcb-af62929ccde1': { ...nothing, headers: only('origin') },
  /** HostHeaderOnly */
  'bf0718e1-ba1e-49d1-88b1-f726733018ae': { ...nothing, headers: only('host') },
  /** UserAgentRefererHeaders */
  'acba4595-bd28-49b8-b9fe-13317c0390fa': { ...nothing, headers: only('user-agent', 'referer') },
};
