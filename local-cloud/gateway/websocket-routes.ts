import * as z from 'zod';

export type WebSocketRoute = {
  /** `$connect`, `$disconnect`, `$default`, or what the selection expression may yield. */
  routeKey: string;
  functionName: string;
  /** The integration's timeout, at most 29,000. */
  timeoutMs: number;
};

export type WebSocketRoutes = {
  connect: WebSocketRoute | undefined;
  disconnect: WebSocketRoute | undefined;
  /** The route a message chooses by its body, else `$default`. */
  select(body: string): WebSocketRoute | undefined;
};

const RESERVED = new Set(['$connect', '$disconnect', '$default']);

/** Routes by an expression like `$request.body.type`; any other form is refused by name. */
export function webSocketRoutes(routes: WebSocketRoute[], selectionExpression: string): WebSocketRoutes {
  const [, plain, braced] =
    /^(?:\$request\.body\.([\w.-]+)|\$\{request\.body\.([\w.-]+)\})$/.exec(selectionExpression) ?? [];
  const field = plain ?? braced;
  if (field === undefined) throw new Error(`route selection expression "${selectionExpression}" is not supported`);
  const byKey = new Map(routes.map((route) => [route.routeKey, route]));
  return {
    connect: byKey.get('$connect'),
    disconnect: byKey.get('$disconnect'),
    select(body) {
      const key = fieldOf(body, field.split('.'));
      const named = key === undefined || RESERVED.has(key) ? undefined : byKey.get(key);
      return named ?? byKey.get('$default');
    },
  };
}

const node = z.record(z.string(), z.unknown());

function fieldOf(body: string, path: string[]): string | undefined {
  let here: unknown;
  try {
    here = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  for (const name of path) {
    const parsed = node.safeParse(here);
    here = parsed.success && Object.hasOwn(parsed.data, name) ? parsed.data[name] : undefined;
  }
  return typeof here === 'string' || typeof here === 'number' ? String(here) : undefined;
}
