import {
  cachePolicy,
  distribution,
  edgeFunction,
  originAccessControl,
  originRequestPolicy,
  responseHeadersPolicy,
} from './properties/cloudfront.ts';
import type { ReadResources } from './read-resources.ts';

type Configuration = Record<string, unknown>;

export type EdgePlan = {
  distributions: { id: string; domainName: string; config: Configuration }[];
  /** Code by ARN. */
  functions: Record<string, string>;
  /** Configurations by id. */
  cachePolicies: Record<string, Configuration>;
  originRequestPolicies: Record<string, Configuration>;
  responseHeadersPolicies: Record<string, Configuration>;
  originAccessControls: Record<string, Configuration>;
};

export function planEdge(read: ReadResources, domainOf: (logicalId: string) => string): EdgePlan {
  return {
    distributions: read('AWS::CloudFront::Distribution', distribution).map(({ logicalId, ref, properties }) => ({
      id: ref,
      domainName: domainOf(logicalId),
      config: properties.DistributionConfig,
    })),
    functions: Object.fromEntries(
      read('AWS::CloudFront::Function', edgeFunction).map(({ ref, properties }) => [ref, properties.FunctionCode]),
    ),
    cachePolicies: Object.fromEntries(
      read('AWS::CloudFront::CachePolicy', cachePolicy).map(({ ref, properties }) => [
        ref,
        properties.CachePolicyConfig,
      ]),
    ),
    originRequestPolicies: Object.fromEntries(
      read('AWS::CloudFront::OriginRequestPolicy', originRequestPolicy).map(({ ref, properties }) => [
        ref,
        properties.OriginRequestPolicyConfig,
      ]),
    ),
    responseHeadersPolicies: Object.fromEntries(
      read('AWS::CloudFront::ResponseHeadersPolicy', responseHeadersPolicy).map(({ ref, properties }) => [
        ref,
        properties.ResponseHeadersPolicyConfig,
      ]),
    ),
    originAccessControls: Object.fromEntries(
      read('AWS::CloudFront::OriginAccessControl', originAccessControl).map(({ ref, properties }) => [
        ref,
        properties.OriginAccessControlConfig,
      ]),
    ),
  };
}
