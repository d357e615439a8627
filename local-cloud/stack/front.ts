import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import * as z from 'zod';
import { REGION } from '../aws-request.ts';
import { createDistribution, type Distribution, type OriginTarget } from '../cloudfront/distribution.ts';
import type { BucketConditions } from '../cloudfront/origin-target.ts';
import type { Buckets } from '../s3/buckets.ts';
import type { Plan } from '../template/plan-stack.ts';
import { blaming, TemplateRefused } from '../template/template-refused.ts';
import type { Gateways } from './gateways.ts';

/** What answers on the application's port. */
export type Front = {
  request(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
};

type Surroundings = {
  gateways: Gateways;
  buckets: Pick<Buckets, 'get'>;
  rewrite: (text: string) => string;
  log: (line: string) => void;
};

const origins = z.object({
  Origins: z.array(z.object({ DomainName: z.string(), OriginAccessControlId: z.string().optional() })),
});
const accessControl = z.object({ OriginAccessControlOriginType: z.string(), SigningBehavior: z.string() });

/** The first distribution of the plan; without one, its HTTP API. */
export function createFront(plan: Plan, surroundings: Surroundings): Front {
  const [distribution] = plan.edge.distributions;
  if (distribution !== undefined)
    return blaming(`the distribution ${distribution.id}`, () =>
      createDistributionOf(plan, distribution.config, surroundings),
    );
  const api = plan.apis.find(({ protocol, stage }) => protocol === 'HTTP' && stage === '$default');
  const gateway = surroundings.gateways.byId.get(api?.apiId ?? '');
  return {
    async request(request, response) {
      if (gateway === undefined)
        response.writeHead(404).end('The template has neither a distribution nor an HTTP API.');
      else await gateway.request(request, response, request.url ?? '/');
    },
    async upgrade(_request, socket) {
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
    },
  };
}

function createDistributionOf(
  plan: Plan,
  config: unknown,
  { gateways, buckets, rewrite, log }: Surroundings,
): Distribution {
  const { edge } = plan;
  const targets = new Map(
    origins.parse(config).Origins.map(({ DomainName, OriginAccessControlId }) => {
      const signed = signedOriginType(edge.originAccessControls[OriginAccessControlId ?? '']);
      return [DomainName, targetOf(DomainName, signed, plan, gateways, buckets)] as const;
    }),
  );
  return createDistribution({
    config,
    functions: edge.functions,
    policies: {
      cache: edge.cachePolicies,
      originRequest: edge.originRequestPolicies,
      // A content security policy names hosts, and those that answer here have other names.
      responseHeaders: z
        .record(z.string(), z.unknown())
        .parse(JSON.parse(rewrite(JSON.stringify(edge.responseHeadersPolicies)))),
    },
    origin: (domainName) => targets.get(domainName),
    log,
  });
}

function signedOriginType(control: unknown): string | undefined {
  const parsed = accessControl.safeParse(control);
  return parsed.success && parsed.data.SigningBehavior !== 'never'
    ? parsed.data.OriginAccessControlOriginType
    : undefined;
}

function targetOf(
  domainName: string,
  signed: string | undefined,
  plan: Plan,
  gateways: Gateways,
  buckets: Pick<Buckets, 'get'>,
): OriginTarget {
  const [label = ''] = domainName.split('.');
  const bucket = plan.buckets.find(({ name }) =>
    [`${name}.s3.${REGION}.amazonaws.com`, `${name}.s3.amazonaws.com`].includes(domainName),
  );
  if (bucket !== undefined) {
    if (signed !== 's3')
      throw new TemplateRefused(
        `The origin ${domainName} has no origin access control, and all buckets here are private.`,
      );
    const get = (key: string, conditions: BucketConditions) => buckets.get(bucket.name, key, conditions);
    return { kind: 'bucket', listable: bucket.listable, get };
  }
  const gateway = gateways.byId.get(label);
  if (gateway === undefined) throw new TemplateRefused(`The origin ${domainName} is not in the template.`);
  const trust = signed === 'lambda' ? 'signed-by-origin-access-control' : undefined;
  const { upgrade } = gateway;
  return {
    kind: 'http',
    request: (request, response) => gateway.request(request, response, request.url ?? '/', trust),
    ...(upgrade !== undefined && { upgrade }),
  };
}
