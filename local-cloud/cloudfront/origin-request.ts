import { randomBytes } from 'node:crypto';
import { acceptedEncodings } from './compression.ts';
import type { Origin } from './distribution-config.ts';
import { endToEnd, type Headers, type ViewerRequest } from './messages.ts';
import { forwards, type CachePolicy, type ForwardingPolicy } from './policies.ts';

/** Reach every origin, whatever the policies say. */
const ALWAYS = new Set([
  'content-encoding',
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'x-amz-content-sha256',
]);

/** CloudFront's own, or of no meaning to an origin; a viewer cannot send them through. */
const NEVER =
  /^(x-amz-cf-.*|x-edge-.*|x-cache|x-forwarded-proto|x-real-ip|via|x-forwarded-for|cookie|accept-encoding)$/;

export type Forwarding = { cache: CachePolicy; originRequest: ForwardingPolicy | undefined };

/** What the origin is asked: path and query to use there, and all headers but those of the connection. */
export type OriginRequest = { method: string; path: string; query: string; headers: Headers };

export function originRequest(
  request: ViewerRequest,
  origin: Origin,
  forwarding: Forwarding,
  distributionDomainName: string,
): OriginRequest {
  const policies = [forwarding.cache, forwarding.originRequest ?? []].flat();
  const query = request.query.split('&').filter((pair) => {
    const [name = ''] = pair.split('=');
    return forwards(policies, 'queryStrings', decoded(name));
  });
  return {
    method: request.method,
    path: `${origin.OriginPath}${request.uri}`,
    query: query.join('&'),
    headers: forwardedHeaders(request, origin, policies, forwarding.cache, distributionDomainName),
  };
}

function forwardedHeaders(
  request: ViewerRequest,
  origin: Origin,
  policies: ForwardingPolicy[],
  cache: CachePolicy,
  distributionDomainName: string,
): Headers {
  const viewer = endToEnd(request.headers);
  const kept = Object.entries(viewer).filter(
    ([name]) => !NEVER.test(name) && (ALWAYS.has(name) || forwards(policies, 'headers', name)),
  );
  const headers: Headers = {
    host: [origin.DomainName],
    'user-agent': ['Amazon CloudFront'],
    ...Object.fromEntries(kept),
  };
  const cookie = forwardedCookies(viewer['cookie'] ?? [], policies);
  if (cookie !== '') headers['cookie'] = [cookie];
  const encodings = forwardedEncodings(viewer['accept-encoding']?.join(',') ?? '', policies, cache);
  if (encodings !== '') headers['accept-encoding'] = [encodings];
  // An origin access control signs, and its signature takes the place of the viewer's own authorization.
  const readOnly = request.method === 'GET' || request.method === 'HEAD';
  if (!readOnly && viewer['authorization'] !== undefined) headers['authorization'] = viewer['authorization'];
  if (origin.OriginAccessControlId !== undefined) delete headers['authorization'];
  headers['x-forwarded-for'] = [[...(viewer['x-forwarded-for'] ?? []), request.ip].join(', ')];
  headers['via'] = [[...(viewer['via'] ?? []), `1.1 ${distributionDomainName} (CloudFront)`].join(', ')];
  headers['x-amz-cf-id'] = [randomBytes(40).toString('base64url')];
  for (const { HeaderName, HeaderValue } of origin.OriginCustomHeaders)
    headers[HeaderName.toLowerCase()] = [HeaderValue];
  return headers;
}

function forwardedCookies(lines: string[], policies: ForwardingPolicy[]): string {
  const pairs = lines.flatMap((line) => line.split(/; */));
  return pairs.filter((pair) => pair !== '' && forwards(policies, 'cookies', pair.split('=')[0] ?? '')).join('; ');
}

/** Where the cache policy compresses, CloudFront asks for just what it and the viewer understand. */
function forwardedEncodings(accepted: string, policies: ForwardingPolicy[], cache: CachePolicy): string {
  if (!cache.gzip && !cache.brotli) return forwards(policies, 'headers', 'accept-encoding') ? accepted : '';
  const offered = acceptedEncodings(accepted);
  const wanted = [cache.brotli && offered.includes('br') && 'br', cache.gzip && offered.includes('gzip') && 'gzip'];
  return wanted.filter((encoding) => encoding !== false).join(',');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch (error) {
    if (error instanceof URIError) return name;
    throw error;
  }
}
