import type { DownloadView } from '../../../contract/download.ts';

const SOUNDS = new Set(['mp3', 'm4a', 'opus', 'ogg', 'oga', 'wav', 'flac', 'aac', 'weba']);
/** Those that some browser plays. */
const VIDEOS = new Set(['mp4', 'm4v', 'webm', 'mov', 'mkv', 'ogv']);

export const isSound = ({ format }: DownloadView): boolean => SOUNDS.has(format ?? '');
export const isVideo = ({ format }: DownloadView): boolean => VIDEOS.has(format ?? '');
