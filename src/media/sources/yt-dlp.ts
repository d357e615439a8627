import { tmpdir } from 'node:os';
import type { Dispatcher } from 'undici';
import * as z from 'zod';
import { isAmong } from '../host-rules.ts';
import { SourceFailed } from '../source-failed.ts';
import type { Source } from '../source.ts';
import { type Format, linesOf } from './format.ts';
import { inspectListing, type Listing, resolveListing } from './listing.ts';
import { refusalOf } from './refusal.ts';
import { type ProgramLimits, ProgramStopped, runProgram } from './run-program.ts';
import { SourceBroken } from './source-broken.ts';

type YtDlpOptions = {
  dispatcher: Dispatcher;
  /** The program. */
  path: string;
  /** The sites it may be asked about, their subdomains included: it makes its own requests, which no guard of ours sees. */
  hosts: readonly string[];
  limits?: ProgramLimits;
};

const LIMITS: ProgramLimits = { milliseconds: 60_000, bytes: 16 * 1024 * 1024 };
/** Nothing of this process: above all no credentials of AWS. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: tmpdir(), LANG: 'C.UTF-8' };
const ARGUMENTS = [
  '--ignore-config',
  '--no-cache-dir',
  '--no-playlist',
  '--no-warnings',
  '--no-progress',
  '--socket-timeout=15',
  '--dump-single-json',
];
/** Of the headers it proposes, those that say who asks; none that could carry a secret or steer a connection. */
const SENT_ON = new Set(['user-agent', 'referer', 'origin', 'accept', 'accept-language']);

/** Elsewhere the media's own answer says. */
const CONTENT_TYPES: Record<string, string> = {
  'video mp4': 'video/mp4',
  'video webm': 'video/webm',
  'audio m4a': 'audio/mp4',
  'audio webm': 'audio/webm',
};

const known = z.string().nullish();
const size = z.number().nonnegative().nullish();
const ytDlpFormat = z.object({
  format_id: z.string(),
  url: z.url(),
  ext: z.string(),
  /** Everything else comes in pieces. */
  protocol: z.enum(['http', 'https']),
  vcodec: known,
  acodec: known,
  width: size,
  height: size,
  fps: size,
  tbr: size,
  filesize: size,
  language_preference: z.number().nullish(),
  has_drm: z.literal(false).nullish(),
  http_headers: z.record(z.string(), z.string()).nullish(),
});
const ytDlpVideo = z.object({
  _type: z.literal('video').optional(),
  title: z.string(),
  thumbnail: known,
  duration: size,
  live_status: known,
  formats: z.array(z.unknown()).min(1),
});

/** Any of the allowed sites, as the program `yt-dlp` describes it: it only tells the formats, their bytes are fetched here. */
export function ytDlpSource({ dispatcher, path, hosts, limits = LIMITS }: YtDlpOptions): Source {
  const handles = ({ protocol, hostname, port }: URL): boolean =>
    protocol === 'https:' && port === '' && isAmong(hostname, hosts);

  async function list(url: URL, signal: AbortSignal): Promise<Listing> {
    if (!handles(url)) throw new SourceBroken(`yt-dlp may not be asked about ${url.host}`);
    try {
      // The dashes: no URL is ever taken for an option.
      const run = await runProgram(path, [...ARGUMENTS, '--', url.href], { env: ENVIRONMENT, limits, signal });
      if (run.code !== 0) throw refused(run.stderr);
      return readVideo(JSON.parse(run.stdout));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceFailed || error instanceof SourceBroken) throw error;
      const what = error instanceof ProgramStopped ? 'yt-dlp was stopped' : 'yt-dlp could not be asked';
      throw new SourceBroken(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  return {
    name: 'yt-dlp',
    handles,
    resolve: async (url, quality, signal) => resolveListing(await list(url, signal), quality, { dispatcher, signal }),
    inspect: async (url, signal) => inspectListing(await list(url, signal)),
  };
}

function refused(stderr: string): Error {
  const said = stderr.split('\n').findLast((line) => line.startsWith('ERROR:')) ?? stderr.slice(-200);
  const code = refusalOf(said);
  return code === null ? new SourceBroken(`yt-dlp: ${said}`) : new SourceFailed(code, said);
}

function readVideo(answer: unknown): Listing {
  const { title, thumbnail = null, duration = null, live_status, formats } = ytDlpVideo.parse(answer);
  if (live_status === 'is_live' || live_status === 'is_upcoming') throw new SourceFailed('source_live', live_status);
  const fetchable = formats.flatMap(readFormat);
  if (fetchable.length === 0) throw new SourceBroken('yt-dlp: no format that can be fetched as one file');
  return { title, thumbnail, duration, formats: fetchable };
}

function readFormat(unread: unknown): Format[] {
  const { data: format } = ytDlpFormat.safeParse(unread);
  if (format === undefined) return [];
  const { vcodec, acodec, ext } = format;
  // `none` says that there is none; saying nothing, that it is not known, and then there is.
  const videoCodec = vcodec === 'none' ? null : (vcodec ?? 'unknown');
  const audioCodec = acodec === 'none' ? null : (acodec ?? 'unknown');
  if (videoCodec === null && audioCodec === null) return [];
  const width = format.width ?? null;
  const height = format.height ?? null;
  const container = /^[a-z0-9]{1,8}$/.test(ext) ? ext : 'bin';
  const headers = Object.entries(format.http_headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return [
    {
      id: format.format_id,
      url: format.url,
      headers: Object.fromEntries(headers.filter(([name]) => SENT_ON.has(name))),
      container,
      contentType: CONTENT_TYPES[`${videoCodec === null ? 'audio' : 'video'} ${container}`] ?? null,
      videoCodec,
      audioCodec,
      width,
      height,
      lines: linesOf(width, height),
      fps: format.fps ?? null,
      bitrate: typeof format.tbr === 'number' ? Math.round(format.tbr * 1_000) : null,
      bytes: format.filesize ?? null,
      preference: format.language_preference ?? 0,
    },
  ];
}
