import { encodeKey } from './keys.ts';
import { invalidArgument } from './s3-error.ts';

/** `max-keys` and its like: at most 1,000, and never more than that even when asked for. */
export function pageSize(query: URLSearchParams, name: string): number {
  const asked = query.get(name);
  if (asked === null) return 1000;
  if (!/^\d+$/.test(asked) || Number(asked) > 2_147_483_647)
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, asked);
  return Math.min(Number(asked), 1000);
}

/** How keys are written in this answer: XML cannot carry them all, so a client may ask for `encoding-type=url`. */
export function keyEncoding(query: URLSearchParams): (key: string) => string {
  const encoding = query.get('encoding-type');
  if (encoding === null) return (key) => key;
  if (encoding !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
  return encodeKey;
}
