import type { InspectedFormat } from '../../../contract/inspection.ts';

/** One file among those a site offers of one video. */
export type Format = {
  id: string;
  url: string;
  /** To be sent with every request for its bytes. */
  headers: Record<string, string>;
  /** `mp4`, `m4a`, `webm`…: the extension people know it by. */
  container: string;
  contentType: string | null;
  /** As in RFC 6381 (`avc1.64001f`); null: it has no picture, no sound. */
  videoCodec: string | null;
  audioCodec: string | null;
  width: number | null;
  height: number | null;
  /** What people call its size: 720 for `720p`, also where the picture is wider, narrower or upright. */
  lines: number | null;
  fps: number | null;
  /** Bits per second. */
  bitrate: number | null;
  bytes: number | null;
  /** Of sounds in several languages: the higher, the nearer to what the author published. */
  preference: number;
};

const LADDER = [144, 240, 360, 480, 720, 1080, 1440, 2160, 4320];

/** The smallest step of the usual 16:9 ladder into which a picture fits, whichever way up it stands. */
export function linesOf(width: number | null, height: number | null): number | null {
  if (width === null || height === null) return null;
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  // Encoders round to even numbers: 854 × 480 is one step, not two.
  return LADDER.find((lines) => short <= lines && long <= Math.ceil((lines * 16) / 9 / 2) * 2) ?? short;
}

/** `1080p60`, as people write it. */
export function resolutionName({ lines, fps }: Pick<Format, 'lines' | 'fps'>): string | null {
  return lines === null ? null : `${lines}p${fps !== null && fps > 30 ? Math.round(fps) : ''}`;
}

export function inspected(format: Format): InspectedFormat {
  const codecs = [format.videoCodec, format.audioCodec].filter((codec) => codec !== null);
  return {
    id: format.id,
    quality: resolutionName(format),
    container: format.container,
    codecs: codecs.length === 0 ? null : codecs.join(', '),
    width: format.width,
    height: format.height,
    bytes: format.bytes,
    has_video: format.videoCodec !== null,
    has_audio: format.audioCodec !== null,
  };
}
