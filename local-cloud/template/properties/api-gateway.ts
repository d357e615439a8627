import * as z from 'zod';
import { corsConfiguration } from '../../gateway/cors.ts';
import { number, withoutEffect } from './scalars.ts';

export const api = z.strictObject({
  Name: z.string().optional(),
  ProtocolType: z.enum(['HTTP', 'WEBSOCKET']),
  CorsConfiguration: corsConfiguration.optional(),
  RouteSelectionExpression: z.string().optional(),
  DisableExecuteApiEndpoint: z.literal(false).optional(),
  ApiKeySelectionExpression: withoutEffect,
  Description: withoutEffect,
  DisableSchemaValidation: withoutEffect,
  FailOnWarnings: withoutEffect,
  IpAddressType: withoutEffect,
  Tags: withoutEffect,
  Version: withoutEffect,
});

export const stage = z.strictObject({
  ApiId: z.string(),
  StageName: z.string(),
  AccessLogSettings: withoutEffect,
  AutoDeploy: withoutEffect,
  // Throttling protects a bill and an account's quota; one machine has neither.
  DefaultRouteSettings: withoutEffect,
  DeploymentId: withoutEffect,
  Description: withoutEffect,
  RouteSettings: withoutEffect,
  Tags: withoutEffect,
});

export const route = z.strictObject({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string(),
  ApiKeyRequired: z.literal(false).optional(),
  AuthorizationType: z.literal('NONE').optional(),
  OperationName: withoutEffect,
});

export const integration = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.enum(['1.0', '2.0']).optional(),
  TimeoutInMillis: number.optional(),
  ConnectionType: z.literal('INTERNET').optional(),
  ContentHandlingStrategy: z.literal('CONVERT_TO_TEXT').optional(),
  CredentialsArn: withoutEffect,
  Description: withoutEffect,
  IntegrationMethod: withoutEffect,
});
