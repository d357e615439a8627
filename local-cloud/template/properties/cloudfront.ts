import * as z from 'zod';
import { boolean, withoutEffect } from './scalars.ts';

const anything = z.record(z.string(), z.unknown());

/** The configurations are the local CloudFront's own to check. */
export const distribution = z.strictObject({ DistributionConfig: anything, Tags: withoutEffect });

export const edgeFunction = z.strictObject({
  Name: z.string(),
  FunctionCode: z.string(),
  FunctionConfig: z.strictObject({
    Runtime: z.literal('cloudfront-js-2.0'),
    Comment: withoutEffect,
  }),
  AutoPublish: boolean.optional(),
  FunctionMetadata: withoutEffect,
  Tags: withoutEffect,
});

export const cachePolicy = z.strictObject({ CachePolicyConfig: anything });
export const originRequestPolicy = z.strictObject({ OriginRequestPolicyConfig: anything });
export const responseHeadersPolicy = z.strictObject({ ResponseHeadersPolicyConfig: anything });
export const originAccessControl = z.strictObject({ OriginAccessControlConfig: anything });
