import { createHash } from 'node:crypto';
import type { Resolved } from '../media/source.ts';
import { videoIdOf } from '../media/sources/youtube-url.ts';
import { versionOf } from '../media/validators.ts';
import type { Download } from './download.ts';

/**
 * Names the bytes that a source gives for a download: equal keys, equal bytes. Null when the source tells nothing that could prove
 * it: then they are nobody else's.
 */
export function sourceKeyOf({ url, quality }: Pick<Download, 'url' | 'quality'>, { tracks }: Resolved): string | null {
  const versions = tracks.map(versionOf);
  if (versions.includes(null)) return null;
  const named = JSON.stringify([canonicalSource(url), quality, versions]);
  return createHash('sha256').update(named).digest('hex');
}

/** One name for all the addresses of one thing. */
function canonicalSource(url: string): string {
  const source = new URL(url);
  source.hash = '';
  const video = videoIdOf(source);
  return video === null ? source.href : `youtube:${video}`;
}
