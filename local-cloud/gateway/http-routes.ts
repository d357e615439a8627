export type HttpRoute = {
  /** `GET /hits/{id}`, `ANY /{proxy+}` or `$default`. */
  routeKey: string;
  functionName: string;
  /** The integration's timeout, at most 30,000. */
  timeoutMs: number;
};

export type MatchedRoute = { route: HttpRoute; pathParameters: Record<string, string> };

type CompiledRoute = { route: HttpRoute; method: string; segments: string[] };

/**
 * Chooses a route as HTTP APIs do, among those of this method or ANY: full matches before greedy ones, the more specific
 * path segment by segment (a literal before `{x}`), the named method before ANY, and `$default` last.
 */
export function routeTable(routes: HttpRoute[]): (method: string, path: string) => MatchedRoute | undefined {
  const fallback = routes.find((route) => route.routeKey === '$default');
  const compiled = routes
    .filter((route) => route !== fallback)
    .map(compile)
    .sort(bySpecificity);
  return (method, path) => {
    for (const candidate of compiled) {
      if (candidate.method !== 'ANY' && candidate.method !== method) continue;
      const pathParameters = matchPath(candidate.segments, path.slice(1).split('/'));
      if (pathParameters !== undefined) return { route: candidate.route, pathParameters };
    }
    return fallback === undefined ? undefined : { route: fallback, pathParameters: {} };
  };
}

function compile(route: HttpRoute): CompiledRoute {
  const [, method, path] = /^([A-Z]+) \/(.*)$/.exec(route.routeKey) ?? [];
  if (method === undefined || path === undefined) throw new Error(`route key "${route.routeKey}" is not supported`);
  const segments = path.split('/');
  const greedy = segments.findIndex((segment) => kind(segment) === 'greedy');
  if (greedy !== -1 && greedy !== segments.length - 1) {
    throw new Error(`route key "${route.routeKey}": {name+} must be the last segment`);
  }
  return { route, method, segments };
}

function kind(segment: string): 'literal' | 'parameter' | 'greedy' {
  if (!/^\{[^{}]+\}$/.test(segment)) return 'literal';
  return segment.endsWith('+}') ? 'greedy' : 'parameter';
}

const RANK = { literal: 0, parameter: 1, greedy: 2 } as const;

function bySpecificity(a: CompiledRoute, b: CompiledRoute): number {
  const greedy = Number(isGreedy(a)) - Number(isGreedy(b));
  if (greedy !== 0) return greedy;
  for (let index = 0; index < Math.min(a.segments.length, b.segments.length); index++) {
    const difference = RANK[kind(a.segments[index] ?? '')] - RANK[kind(b.segments[index] ?? '')];
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

function isGreedy(route: CompiledRoute): boolean {
  return kind(route.segments.at(-1) ?? '') === 'greedy';
}

function matchPath(pattern: string[], path: string[]): Record<string, string> | undefined {
  const parameters: [string, string][] = [];
  for (const [index, segment] of pattern.entries()) {
    const here = path[index];
    if (here === undefined) return undefined;
    const sort = kind(segment);
    if (sort === 'greedy') {
      const rest = path.slice(index).join('/');
      if (rest === '') return undefined;
      parameters.push([segment.slice(1, -2), decodeURIComponent(rest)]);
      return Object.fromEntries(parameters);
    }
    if (sort === 'literal' ? segment !== here : here === '') return undefined;
    if (sort === 'parameter') parameters.push([segment.slice(1, -1), decodeURIComponent(here)]);
  }
  return path.length === pattern.length ? Object.fromEntries(parameters) : undefined;
}
