import { readFileSync } from 'node:fs';

/** One format of the stand-in's video: its clip lies beside this file under the same number. */
type Entry = {
  file: string;
  mimeType: string;
  width?: number;
  height?: number;
  qualityLabel?: string;
  bitrate: number;
};

const avc = (width: number, height: number, profile: string, bitrate: number): Omit<Entry, 'file'> => ({
  mimeType: `video/mp4; codecs="avc1.${profile}"`,
  width,
  height,
  qualityLabel: `${height}p`,
  bitrate,
});

const ENTRIES: Record<number, Entry> = {
  18: { ...avc(640, 360, '64001f, mp4a.40.2', 140_000), file: '18.mp4' },
  137: { ...avc(1920, 1080, '640033', 90_000), file: '137.mp4' },
  136: { ...avc(1280, 720, '640032', 60_000), file: '136.mp4' },
  135: { ...avc(854, 480, '640028', 50_000), file: '135.mp4' },
  134: { ...avc(640, 360, '64001f', 40_000), file: '134.mp4' },
  133: { ...avc(426, 240, '640016', 30_000), file: '133.mp4' },
  160: { ...avc(256, 144, '64000c', 20_000), file: '160.mp4' },
  248: {
    file: '248.webm',
    mimeType: 'video/webm; codecs="vp9"',
    width: 1920,
    height: 1080,
    qualityLabel: '1080p',
    bitrate: 80_000,
  },
  140: { file: '140.m4a', mimeType: 'audio/mp4; codecs="mp4a.40.2"', bitrate: 130_000 },
  251: { file: '251.webm', mimeType: 'audio/webm; codecs="opus"', bitrate: 135_000 },
};

/** Formats with picture and sound in one file; the others have one of the two. */
const WHOLE = [18];

export function clip(itag: number): Buffer {
  return readFileSync(new URL(ENTRIES[itag]?.file ?? 'none', import.meta.url));
}

export const clipType = (itag: number): string => ENTRIES[itag]?.mimeType.split(';')[0] ?? '';

export type PlayerFormat = Record<string, unknown> & { itag: number };

/** The formats as a player hears of them; `address` gives each its `url` (or `signatureCipher`, or nothing). */
export function streamingData(address: (itag: number) => Record<string, string>, except: number[] = []) {
  const formats = Object.entries(ENTRIES).map(([number, { file: _file, ...told }]): PlayerFormat => {
    const itag = Number(number);
    const sound = told.mimeType.includes('mp4a') || told.mimeType.includes('opus');
    return {
      itag,
      ...told,
      ...(told.height !== undefined && { fps: 25 }),
      ...(sound && { audioQuality: 'AUDIO_QUALITY_MEDIUM', audioSampleRate: '48000', audioChannels: 2 }),
      contentLength: String(clip(itag).length),
      lastModified: '1763892000000000',
      approxDurationMs: '3000',
      quality: 'hd720',
      projectionType: 'RECTANGULAR',
      ...address(itag),
    };
  });
  const offered = formats.filter(({ itag }) => !except.includes(itag));
  return {
    expiresInSeconds: '21540',
    formats: offered.filter(({ itag }) => WHOLE.includes(itag)),
    adaptiveFormats: offered.filter(({ itag }) => !WHOLE.includes(itag)),
  };
}
