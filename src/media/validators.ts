import type { Validators } from './source.ts';

/** Whether nothing tells the two apart. What one of them lacks is no evidence. */
export function agree(known: Validators, told: Validators): boolean {
  return same(opaque(known.etag), opaque(told.etag)) && same(known.lastModified, told.lastModified);
}

/** What `If-Range` may say: a strong ETag, else the date. Without either the origin cannot be asked. */
export function ifRange({ etag, lastModified }: Validators): Record<string, string> {
  const validator = etag !== undefined && !isWeak(etag) ? etag : lastModified;
  return validator === undefined ? {} : { 'if-range': validator };
}

const isWeak = (etag: string): boolean => etag.startsWith('W/');
/** A proxy may weaken an ETag on its way; it still names the same version. */
const opaque = (etag: string | undefined): string | undefined => etag?.replace(/^W\//, '');
const same = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;
