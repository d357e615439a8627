import * as z from 'zod';

/** Where media can come from; each is one file of `src/media/sources/`. */
export const SOURCE_NAMES = ['youtube', 'ytdl-core', 'yt-dlp', 'direct'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** YouTube's own programs that can be spoken for without running its player code. */
export const YOUTUBE_CLIENTS = ['VISIONOS', 'IOS', 'ANDROID_VR', 'ANDROID'] as const;
export type YouTubeClient = (typeof YOUTUBE_CLIENTS)[number];

const commaSeparated = z.string().transform((text) => text.split(',').map((name) => name.trim()));
const listOf = <T extends readonly string[]>(names: T) => commaSeparated.pipe(z.array(z.enum(names)).min(1));

/** `youtube,direct`: the sources to ask, in this order. */
export const sourceOrder = listOf(SOURCE_NAMES).prefault('youtube,direct');

/** The clients to ask YouTube as, in this order: clients decay within months, so this is configuration. */
export const youtubeClients = listOf(YOUTUBE_CLIENTS).prefault('VISIONOS,IOS');

/** In lower case; a name beyond ASCII as `xn--…`. */
export const hostName = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'must be a host such as example.com');

/** Hosts, their subdomains included; there may be none. */
export const hostList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter(Boolean),
  )
  .pipe(z.array(hostName))
  .prefault('');

/** The sites that `yt-dlp` may be asked about, their subdomains included. */
export const ytDlpHosts = commaSeparated.pipe(z.array(hostName).min(1)).prefault('youtube.com,youtu.be');
