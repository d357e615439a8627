import { unescape } from 'node:querystring';
import * as disposition from 'content-disposition';

const MAX_TITLE = 200;

const EXTENSION_OF_TYPE = new Map([
  ['video/mp4', 'mp4'],
  ['video/webm', 'webm'],
  ['video/ogg', 'ogv'],
  ['video/quicktime', 'mov'],
  ['video/x-matroska', 'mkv'],
  ['video/x-msvideo', 'avi'],
  ['video/x-flv', 'flv'],
  ['video/mpeg', 'mpg'],
  ['video/mp2t', 'ts'],
  ['video/3gpp', '3gp'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp4', 'm4a'],
  ['audio/x-m4a', 'm4a'],
  ['audio/aac', 'aac'],
  ['audio/ogg', 'ogg'],
  ['audio/opus', 'opus'],
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/flac', 'flac'],
  ['audio/webm', 'webm'],
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);
const MEDIA_EXTENSIONS = new Set([...EXTENSION_OF_TYPE.values(), 'm4v', 'mpeg', 'jpeg', 'oga', 'wma', 'wmv']);

/** What people call the media: the name its origin gave it, else the URL's last segment, else the host. Never empty. */
export function titleOf(contentDisposition: string | undefined, url: URL): string {
  const named = contentDisposition === undefined ? '' : cleanName(attachmentName(contentDisposition));
  return named || cleanName(unescape(url.pathname.split('/').at(-1) ?? '')) || url.hostname;
}

/** The name's extension when it is one of media; else what the content type says; else whatever the name ends with. */
export function extensionOf(name: string, contentType: string | null): string | null {
  const own = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? null;
  if (own !== null && MEDIA_EXTENSIONS.has(own)) return own;
  return EXTENSION_OF_TYPE.get(contentType ?? '') ?? own;
}

/** The name a person's computer saves the media under: its title, with the extension it must have. */
export function fileName(title: string, extension: string | null): string {
  if (extension === null || title.toLowerCase().endsWith(`.${extension}`)) return title;
  return `${title}.${extension}`;
}

function attachmentName(header: string): string {
  const { filename = '' } = disposition.parse(header).parameters;
  // Headers arrive as latin1, but origins write plain UTF-8 into `filename=`.
  const utf8 = Buffer.from(filename, 'latin1').toString('utf8');
  return /[^\0-\xff]/.test(filename) || utf8.includes('\ufffd') ? filename : utf8;
}

/** Without what a name must not carry: control and bidi characters, halves of surrogate pairs, path separators. */
export function cleanName(name: string): string {
  const text = name
    .replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .replace(/[/\\]/g, '-')
    .trim();
  return /^[.-]*$/.test(text) ? '' : Array.from(text).slice(0, MAX_TITLE).join('');
}
