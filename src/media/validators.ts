import type { Track, Validators } from './source.ts';

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

/** What proves that the same address still gives the same bytes; null when nothing does: a length alone is no proof. */
export function versionOf({ length, validators: { etag, lastModified } }: Pick<Track, 'length' | 'validators'>) {
  const validator = etag === undefined ? lastModified : opaque(etag);
  return length === null || validator === undefined ? null : { length, validator };
}
