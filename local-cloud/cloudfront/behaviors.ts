import type { Behavior, Origin, ParsedDistribution } from './distribution-config.ts';
import { edgeFunction, type EdgeFunction } from './edge-function.ts';
import type { Forwarding } from './origin-request.ts';
import { pathMatcher } from './path-pattern.ts';
import { cachePolicyById, originRequestPolicyById } from './policies.ts';
import { responseHeadersById, type ResponseHeaders } from './response-headers-policy.ts';

/** A cache behaviour with all it refers to. */
export type CompiledBehavior = {
  matches(path: string): boolean;
  allows(method: string): boolean;
  origin: Origin;
  forwarding: Forwarding;
  compress: boolean;
  responseHeaders: ResponseHeaders | undefined;
  onRequest: EdgeFunction | undefined;
  onResponse: EdgeFunction | undefined;
};

type References = {
  functions: Record<string, string>;
  policies: {
    cache: Record<string, unknown>;
    originRequest: Record<string, unknown>;
    responseHeaders: Record<string, unknown>;
  };
  log: (line: string) => void;
};

/** The behaviour of a path: the first whose pattern matches, in the template's order, else the default one. */
export function behaviorsOf(config: ParsedDistribution, references: References): (path: string) => CompiledBehavior {
  const origins = new Map(config.Origins.map((origin) => [origin.Id, origin]));
  const compile = (behavior: Behavior, pattern: string) => compiled(behavior, pattern, origins, references);
  const ordered = config.CacheBehaviors.map(({ PathPattern, ...behavior }) => compile(behavior, PathPattern));
  const fallback = compile(config.DefaultCacheBehavior, '*');
  return (path) => ordered.find((behavior) => behavior.matches(path)) ?? fallback;
}

function compiled(
  behavior: Behavior,
  pattern: string,
  origins: Map<string, Origin>,
  { functions, policies, log }: References,
): CompiledBehavior {
  const origin = origins.get(behavior.TargetOriginId);
  if (origin === undefined) throw new Error(`CloudFront behaviour ${pattern}: no origin "${behavior.TargetOriginId}"`);
  const { OriginRequestPolicyId, ResponseHeadersPolicyId } = behavior;
  const edge = (eventType: string): EdgeFunction | undefined => {
    const arn = behavior.FunctionAssociations.find((one) => one.EventType === eventType)?.FunctionARN;
    if (arn === undefined) return undefined;
    const code = functions[arn];
    if (code === undefined) throw new Error(`CloudFront behaviour ${pattern}: no function "${arn}"`);
    return edgeFunction(arn, code, log);
  };
  return {
    matches: pathMatcher(pattern),
    allows: (method) => behavior.AllowedMethods.some((allowed) => allowed === method),
    origin,
    forwarding: {
      cache: cachePolicyById(behavior.CachePolicyId, policies.cache),
      originRequest:
        OriginRequestPolicyId === undefined
          ? undefined
          : originRequestPolicyById(OriginRequestPolicyId, policies.originRequest),
    },
    compress: behavior.Compress,
    responseHeaders:
      ResponseHeadersPolicyId === undefined
        ? undefined
        : responseHeadersById(ResponseHeadersPolicyId, policies.responseHeaders),
    onRequest: edge('viewer-request'),
    onResponse: edge('viewer-response'),
  };
}
