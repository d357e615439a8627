import type { IncomingMessage } from 'node:http';
import * as z from 'zod';

/** The `CorsConfiguration` of an `AWS::ApiGatewayV2::Api`, and the `Cors` of an `AWS::Lambda::Url`. */
export const corsConfiguration = z.strictObject({
  AllowCredentials: z.boolean().optional(),
  AllowHeaders: z.array(z.string()).optional(),
  AllowMethods: z.array(z.string()).optional(),
  AllowOrigins: z.array(z.string()).optional(),
  ExposeHeaders: z.array(z.string()).optional(),
  MaxAge: z.number().optional(),
});
export type CorsConfiguration = z.infer<typeof corsConfiguration>;

/** Whether the gateway answers this request itself, without a function. */
export function isPreflight(request: IncomingMessage): boolean {
  const { origin, 'access-control-request-method': method } = request.headers;
  return request.method === 'OPTIONS' && origin !== undefined && method !== undefined;
}

/** The headers of a preflight's answer; none when the origin is not allowed. */
export function preflightHeaders(cors: CorsConfiguration, request: IncomingMessage): Record<string, string> {
  const origin = allowedOrigin(cors, request);
  if (origin === undefined) return {};
  return {
    ...origin,
    ...(cors.AllowMethods !== undefined && { 'access-control-allow-methods': cors.AllowMethods.join(',') }),
    ...(cors.AllowHeaders !== undefined && { 'access-control-allow-headers': cors.AllowHeaders.join(',') }),
    ...(cors.MaxAge !== undefined && { 'access-control-max-age': String(cors.MaxAge) }),
  };
}

/** A function's headers with CORS by configuration: where there is one, what the function says of CORS is dropped, as on AWS. */
export function withCors(
  cors: CorsConfiguration | undefined,
  request: IncomingMessage,
  headers: Record<string, string>,
): Record<string, string> {
  if (cors === undefined) return headers;
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'));
  const origin = allowedOrigin(cors, request);
  const expose = cors.ExposeHeaders !== undefined && { 'access-control-expose-headers': cors.ExposeHeaders.join(',') };
  return { ...Object.fromEntries(own), ...(origin !== undefined && { ...origin, ...expose }) };
}

function allowedOrigin(cors: CorsConfiguration, request: IncomingMessage): Record<string, string> | undefined {
  const { origin } = request.headers;
  if (origin === undefined) return undefined;
  const allowed = cors.AllowOrigins ?? [];
  const any = allowed.includes('*');
  if (!any && !allowed.some((pattern) => originMatches(pattern, origin))) return undefined;
  return {
    'access-control-allow-origin': any ? '*' : origin,
    ...(cors.AllowCredentials === true && { 'access-control-allow-credentials': 'true' }),
  };
}

/** `https://*` and `http://*` stand for every origin of that scheme. */
function originMatches(pattern: string, origin: string): boolean {
  return pattern.endsWith('://*')
    ? origin.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase())
    : pattern.toLowerCase() === origin.toLowerCase();
}
