import type { Quality } from '../../../contract/download.ts';

/** The name of a quality, under `downloads.quality`. */
export const qualityKey = (quality: Quality) => (quality === 'bv+ba' ? 'bv_ba' : quality);
