import * as z from 'zod';
import { SourceFailed } from '../source-failed.ts';
import { type Format, linesOf } from './format.ts';
import type { Listing } from './listing.ts';
import { refusalOf } from './refusal.ts';
import { SourceBroken } from './source-broken.ts';
import { isYouTubeMedia } from './youtube-url.ts';

const text = z.object({ simpleText: z.string().optional(), runs: z.array(z.object({ text: z.string() })).optional() });

/** YouTube's answer to a player, as far as it is needed here. */
const playerResponse = z.object({
  playabilityStatus: z.object({
    status: z.string(),
    reason: z.string().optional(),
    messages: z.array(z.string()).optional(),
    errorScreen: z.object({ playerErrorMessageRenderer: z.object({ subreason: text }).optional() }).optional(),
  }),
  videoDetails: z
    .object({
      videoId: z.string(),
      title: z.string(),
      lengthSeconds: z.coerce.number().optional(),
      thumbnail: z.object({ thumbnails: z.array(z.object({ url: z.string() })) }).optional(),
      isLive: z.boolean().optional(),
      isUpcoming: z.boolean().optional(),
    })
    .optional(),
  streamingData: z
    .object({ formats: z.array(z.unknown()).default([]), adaptiveFormats: z.array(z.unknown()).default([]) })
    .optional(),
});

const count = z.coerce.number().int().nonnegative();
const playerFormat = z.object({
  itag: z.int(),
  url: z.url(),
  mimeType: z.string(),
  bitrate: z.number().nullish(),
  width: z.int().nullish(),
  height: z.int().nullish(),
  fps: z.number().nullish(),
  contentLength: count.nullish(),
  qualityLabel: z.string().nullish(),
  audioTrack: z.object({ displayName: z.string().optional(), audioIsDefault: z.boolean().optional() }).nullish(),
  isDrc: z.boolean().nullish(),
  /** These three cannot be fetched as one file: encrypted, in segments, or still growing. */
  drmFamilies: z.undefined().optional(),
  type: z.undefined().optional(),
  targetDurationSec: z.undefined().optional(),
});

/**
 * Reads YouTube's answer about one video. Throws SourceFailed with what YouTube says of the video; or SourceBroken when the
 * answer has no media that can be fetched by whoever sends these headers.
 */
export function readPlayerResponse(answer: unknown, id: string, headers: Record<string, string>): Listing {
  const parsed = playerResponse.safeParse(answer);
  if (!parsed.success) throw new SourceBroken('an answer of unknown form', { cause: parsed.error });
  const { playabilityStatus, videoDetails, streamingData } = parsed.data;
  const subreason = playabilityStatus.errorScreen?.playerErrorMessageRenderer?.subreason;
  const said = [
    playabilityStatus.status,
    playabilityStatus.reason,
    ...(playabilityStatus.messages ?? []),
    subreason?.simpleText ?? subreason?.runs?.map((run) => run.text).join(''),
  ].filter((words) => words !== undefined);
  if (playabilityStatus.status !== 'OK') {
    const code = refusalOf(said.join('. '));
    throw code === null ? new SourceBroken(said.join('. ')) : new SourceFailed(code, said.join('. '));
  }
  // To a program it does not like YouTube shows another video, one that says so.
  if (videoDetails?.videoId !== id) throw new SourceBroken(`an answer about ${videoDetails?.videoId ?? 'nothing'}`);
  if (videoDetails.isLive === true || videoDetails.isUpcoming === true) throw new SourceFailed('source_live', id);
  const formats = [...(streamingData?.formats ?? []), ...(streamingData?.adaptiveFormats ?? [])].flatMap((format) =>
    readFormat(format, headers),
  );
  if (formats.length === 0) throw new SourceBroken('no format that can be fetched');
  return {
    title: videoDetails.title,
    thumbnail: videoDetails.thumbnail?.thumbnails.at(-1)?.url ?? null,
    duration: videoDetails.lengthSeconds ?? null,
    formats,
  };
}

/** Nothing for a format without an address of its own (SABR), or one that is not plain media. */
function readFormat(unread: unknown, headers: Record<string, string>): Format[] {
  const { data: format } = playerFormat.safeParse(unread);
  const [, kind, subtype = '', codecs = ''] =
    /^(video|audio)\/(\w+); codecs="([^"]+)"$/.exec(format?.mimeType ?? '') ?? [];
  if (format === undefined || kind === undefined) return [];
  const url = new URL(format.url);
  if (!isYouTubeMedia(url)) return [];
  const [first = '', second = null] = codecs.split(', ');
  const width = format.width ?? null;
  const height = format.height ?? null;
  return [
    {
      id: String(format.itag),
      url: url.href,
      headers,
      container: kind === 'audio' && subtype === 'mp4' ? 'm4a' : subtype,
      contentType: `${kind}/${subtype}`,
      videoCodec: kind === 'video' ? first : null,
      audioCodec: kind === 'video' ? second : first,
      width,
      height,
      lines: /^\d+p/.test(format.qualityLabel ?? '')
        ? Number.parseInt(format.qualityLabel ?? '', 10)
        : linesOf(width, height),
      fps: format.fps ?? null,
      bitrate: format.bitrate ?? null,
      bytes: format.contentLength ?? null,
      preference: preferenceOf(format, url),
    },
  ];
}

/** The original language before a dubbed one, whichever of them YouTube thinks this server would like; unlevelled sound first. */
function preferenceOf({ audioTrack, isDrc }: z.infer<typeof playerFormat>, url: URL): number {
  const tags = url.searchParams.get('xtags') ?? '';
  const original = tags.includes('acont=original') || /\boriginal\b/i.test(audioTrack?.displayName ?? '');
  const language = !audioTrack || original ? 2 : audioTrack.audioIsDefault === true ? 1 : 0;
  return language - (isDrc === true || tags.includes('drc=1') ? 0.5 : 0);
}
