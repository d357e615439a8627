import type { CorsConfiguration } from '../gateway/cors.ts';
import { api, integration, route, stage } from './properties/api-gateway.ts';
import { functionNameOf } from './plan-functions.ts';
import type { ReadResources, Resource } from './read-resources.ts';
import { TemplateRefused } from './template-refused.ts';

export type RoutePlan = { routeKey: string; functionName: string; timeoutMs: number };

/** One stage of an API: a gateway of its own. */
export type ApiPlan = {
  apiId: string;
  stage: string;
  protocol: 'HTTP' | 'WEBSOCKET';
  routes: RoutePlan[];
  cors?: CorsConfiguration;
  routeSelectionExpression: string;
};

/** An HTTP API gives its integrations 30 s, a WebSocket API 29 s, unless told less. */
const LONGEST_MS = { HTTP: 30_000, WEBSOCKET: 29_000 };

export function planApis(read: ReadResources): ApiPlan[] {
  const integrations = new Map(read('AWS::ApiGatewayV2::Integration', integration).map((each) => [each.ref, each]));
  const routes = read('AWS::ApiGatewayV2::Route', route);
  const stages = read('AWS::ApiGatewayV2::Stage', stage);
  return read('AWS::ApiGatewayV2::Api', api).flatMap(({ logicalId, ref: apiId, properties }) => {
    const own = routes.filter((each) => each.properties.ApiId === apiId);
    const plan = own.map((each) => planRoute(each, integrations, properties.ProtocolType));
    const { RouteSelectionExpression, CorsConfiguration } = properties;
    if (properties.ProtocolType === 'WEBSOCKET' && RouteSelectionExpression === undefined)
      throw new TemplateRefused(`${logicalId}: a WebSocket API needs RouteSelectionExpression.`);
    return stages
      .filter((each) => each.properties.ApiId === apiId)
      .map((each) => ({
        apiId,
        stage: each.properties.StageName,
        protocol: properties.ProtocolType,
        routes: plan,
        ...(CorsConfiguration !== undefined && { cors: CorsConfiguration }),
        routeSelectionExpression: RouteSelectionExpression ?? '',
      }));
  });
}

function planRoute(
  { logicalId, properties }: Resource<ReturnType<typeof route.parse>>,
  integrations: Map<string, Resource<ReturnType<typeof integration.parse>>>,
  protocol: 'HTTP' | 'WEBSOCKET',
): RoutePlan {
  const target = integrations.get(properties.Target.replace(/^integrations\//, ''));
  if (target === undefined)
    throw new TemplateRefused(`${logicalId}: its integration ${properties.Target} is not in the template.`);
  const { IntegrationUri, PayloadFormatVersion, TimeoutInMillis } = target.properties;
  if (protocol === 'HTTP' && PayloadFormatVersion !== '2.0')
    throw new TemplateRefused(`${target.logicalId}: the local cloud sends payload format 2.0 alone.`);
  return {
    routeKey: properties.RouteKey,
    functionName: functionNameOf(IntegrationUri, target.logicalId),
    timeoutMs: TimeoutInMillis ?? LONGEST_MS[protocol],
  };
}
