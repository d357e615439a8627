import type { Dispatcher } from 'undici';
import { QUALITIES, type Quality } from '../../../contract/download.ts';
import { MEDIA_REQUEST_HEADERS } from '../answer.ts';
import { extensionOf } from '../media-name.ts';
import type { Source } from '../source.ts';
import { probe, type Probe } from './probe.ts';
import { QualityNotAvailable } from './quality-not-available.ts';
import { isYouTube } from './youtube-url.ts';

/**
 * Any http(s) URL that answers with media. Such a file has the one quality it has: it is taken for every quality but those that
 * ask for its picture or its sound alone, when the file is known to be the other.
 */
export function directSource({ dispatcher }: { dispatcher: Dispatcher }): Source {
  return {
    name: 'direct',

    // YouTube's pages are not media, and saying so would hide why the sources that know them failed.
    handles: (url) => (url.protocol === 'http:' || url.protocol === 'https:') && !isYouTube(url),

    async resolve(url, quality, signal) {
      const media = await probe(url.href, { dispatcher, signal });
      const qualities = qualitiesOf(media);
      if (!qualities.includes(quality)) throw new QualityNotAvailable(quality, qualities);
      const { title, length, ranges, validators, contentType } = media;
      const extension = extensionOf(title, contentType);
      return {
        title,
        thumbnail: null,
        duration: null,
        chosen: extension,
        contentType,
        extension,
        tracks: [
          {
            kind: 'whole',
            url: media.url,
            headers: MEDIA_REQUEST_HEADERS,
            length,
            ranges,
            validators,
            contentType,
            extension,
          },
        ],
      };
    },

    async inspect(url, signal) {
      const media = await probe(url.href, { dispatcher, signal });
      const kind = kindOf(media);
      return {
        title: media.title,
        thumbnail: null,
        duration: null,
        qualities: qualitiesOf(media),
        formats: [
          {
            id: 'file',
            quality: null,
            container: extensionOf(media.title, media.contentType),
            codecs: null,
            width: null,
            height: null,
            bytes: media.length,
            has_video: kind === null ? null : kind === 'video',
            has_audio: kind === 'audio' ? true : null,
          },
        ],
      };
    },
  };
}

function kindOf({ contentType }: Probe): 'video' | 'audio' | null {
  const kind = contentType?.split('/')[0];
  return kind === 'video' || kind === 'audio' ? kind : null;
}

function qualitiesOf(media: Probe): Quality[] {
  const kind = kindOf(media);
  return QUALITIES.filter(
    (quality) => !(quality === 'ba' && kind === 'video') && !(quality === 'bv' && kind === 'audio'),
  );
}
