import { QUALITIES, type Quality } from '../../../contract/download.ts';
import { type Format, resolutionName } from './format.ts';

export type Choice = {
  /** One file as it is, or a picture and a sound to be merged into an MP4. */
  formats: [Format] | [video: Format, audio: Format];
  /** In words: `720p mp4`, `128k m4a`. */
  chosen: string;
};

/**
 * What a quality means among these formats; null when it is not among them.
 *
 * - `best`, `worst`: the largest and the smallest picture, with its sound; `bv+ba` as `best`, merged wherever that is possible
 * - `1080p` … `144p`: a picture of exactly that size, with sound; a file that is ready as it is spares the merge
 * - `bv`, `ba`: only the picture, only the sound, as the site has them
 *
 * Among pictures of one size the one that plays everywhere wins (H.264), and so does AAC among sounds.
 */
export function chooseFormats(formats: readonly Format[], quality: Quality): Choice | null {
  const whole = formats.filter(({ videoCodec, audioCodec }) => videoCodec !== null && audioCodec !== null);
  const videos = formats.filter(({ videoCodec, audioCodec }) => videoCodec !== null && audioCodec === null);
  const audios = formats.filter(({ videoCodec, audioCodec }) => videoCodec === null && audioCodec !== null);
  const sound = audios.toSorted(bySound).at(0);

  switch (quality) {
    case 'best': {
      const video = videos.toSorted(byPicture).at(0);
      const ready = whole.toSorted(byPicture).at(0);
      if (ready !== undefined && (sound === undefined || lines(video) < lines(ready))) return choice(ready);
      return withSound(video ?? ready, sound);
    }
    case 'bv+ba': {
      const video = videos.toSorted(byPicture).at(0);
      if (video !== undefined && sound !== undefined) return withSound(video, sound);
      return chooseFormats(formats, 'best');
    }
    case 'worst': {
      const video = videos.toSorted(bySmallness).at(0);
      const ready = whole.toSorted(bySmallness).at(0);
      if (ready !== undefined && (sound === undefined || video === undefined || lines(ready) <= lines(video))) {
        return choice(ready);
      }
      return withSound(video, audios.toSorted(bySmallSound).at(0));
    }
    case 'bv':
      return choice(videos.toSorted(byPicture).at(0));
    case 'ba':
      return choice(sound);
    case '1080p':
    case '720p':
    case '480p':
    case '360p':
    case '240p':
    case '144p': {
      const exact = (format: Format) => format.lines === Number.parseInt(quality, 10);
      const ready = whole.filter(exact).toSorted(byPicture).at(0);
      const video = videos.filter(exact).toSorted(byPicture).at(0);
      if (ready !== undefined || video === undefined) return choice(ready);
      return withSound(video, sound);
    }
  }
}

/** The qualities for which there is something to choose. */
export function availableQualities(formats: readonly Format[]): Quality[] {
  return QUALITIES.filter((quality) => chooseFormats(formats, quality) !== null);
}

/** The video with the sound; what there is of the two when the other is missing. */
function withSound(video: Format | undefined, audio: Format | undefined): Choice | null {
  if (video === undefined || audio === undefined) return choice(video ?? audio);
  return { formats: [video, audio], chosen: `${resolutionName(video) ?? ''} mp4`.trim() };
}

function choice(format: Format | undefined): Choice | null {
  if (format === undefined) return null;
  const bitrate = format.bitrate === null ? null : `${Math.round(format.bitrate / 1_000)}k`;
  const size = format.videoCodec === null ? bitrate : resolutionName(format);
  return { formats: [format], chosen: `${size ?? ''} ${format.container}`.trim() };
}

const lines = (format: Format | undefined): number => format?.lines ?? 0;
const rate = ({ bitrate }: Format): number => bitrate ?? 0;
const frames = ({ fps }: Format): number => fps ?? 0;

type Order = (a: Format, b: Format) => number;
const inOrder =
  (...orders: Order[]): Order =>
  (a, b) => {
    for (const order of orders) {
      const difference = order(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };

const byPicture = inOrder(
  (a, b) => lines(b) - lines(a),
  (a, b) => pictureRank(b) - pictureRank(a),
  (a, b) => frames(b) - frames(a),
  (a, b) => rate(b) - rate(a),
);
const bySmallness = inOrder(
  (a, b) => lines(a) - lines(b),
  (a, b) => pictureRank(b) - pictureRank(a),
  (a, b) => rate(a) - rate(b),
);
const bySound = inOrder(
  (a, b) => b.preference - a.preference,
  (a, b) => soundRank(b) - soundRank(a),
  (a, b) => rate(b) - rate(a),
);
const bySmallSound = inOrder(
  (a, b) => b.preference - a.preference,
  (a, b) => rate(a) - rate(b),
);

/** How many players show it. VP9's second profile is HDR: washed out wherever it is not understood. */
function pictureRank({ videoCodec }: Format): number {
  const codec = videoCodec ?? '';
  if (/^(avc1|avc3|h264)/.test(codec)) return 4;
  if (codec.startsWith('av01')) return 3;
  if (/^(vp9|vp09\.00)/.test(codec)) return 2;
  return /^(vp09\.02|vp9\.2)/.test(codec) ? 0 : 1;
}

/** AAC plays everywhere, but a thin one sounds worse than Opus. */
function soundRank({ audioCodec, bitrate }: Format): number {
  const codec = audioCodec ?? '';
  if (/^(mp4a|aac)/.test(codec)) return bitrate === null || bitrate >= 96_000 ? 3 : 1;
  return codec.startsWith('opus') ? 2 : 0;
}
