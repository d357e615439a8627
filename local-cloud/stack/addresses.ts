import { REGION } from '../aws-request.ts';
import type { Plan } from '../template/plan-stack.ts';

export const EXECUTE_API = '/_aws/execute-api/';
export const LAMBDA_URL = '/_aws/lambda-url/';

/**
 * The one rewrite there is: CDK joins host names of AWS into variables and outputs, and nothing listens there.
 * Each becomes the address at which the same API, function URL or distribution answers here.
 */
export function localAddresses(
  plan: Pick<Plan, 'apis' | 'urls' | 'edge' | 'buckets'>,
  { appUrl, awsUrl, streamArns = new Map() }: { appUrl: string; awsUrl: string; streamArns?: Map<string, string> },
): (text: string) => string {
  const webSocket = (url: string): string => url.replace(/^http/, 'ws');
  const [front] = plan.edge.distributions;
  const pairs = [
    ...plan.apis.flatMap(({ apiId }) => {
      const host = `${apiId}.execute-api.${REGION}.amazonaws.com`;
      const here = `${awsUrl}${EXECUTE_API}${apiId}`;
      return [
        [`https://${host}`, here],
        [`wss://${host}`, webSocket(here)],
      ] as const;
    }),
    ...plan.urls.map(
      ({ urlId }) => [`https://${urlId}.lambda-url.${REGION}.on.aws`, `${awsUrl}${LAMBDA_URL}${urlId}`] as const,
    ),
    ...(front === undefined
      ? []
      : ([
          [`https://${front.domainName}`, appUrl],
          [`wss://${front.domainName}`, webSocket(appUrl)],
          [front.domainName, new URL(appUrl).host],
        ] as const)),
    ...plan.buckets.map(({ name }) => [`https://${name}.s3.${REGION}.amazonaws.com`, `${awsUrl}/${name}`] as const),
    // Any bucket, as a content security policy says it; by whatever name this machine is called.
    [`https://*.s3.${REGION}.amazonaws.com`, `http://*:${new URL(awsUrl).port}`] as const,
    ...streamArns,
  ];
  return (text) => pairs.reduce((rewritten, [from, to]) => rewritten.replaceAll(from, to), text);
}
