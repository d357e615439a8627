import type { DownloadView } from '../../../contract/download.ts';

const SOUNDS = new Set(['mp3', 'm4a', 'opus', 'ogg', 'oga', 'wav', 'flac', 'aac', 'weba']);

/** There is nothing to see in it. */
export const isSound = ({ format }: DownloadView): boolean => SOUNDS.has(format ?? '');
