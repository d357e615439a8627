import type { MediaBucket } from '../aws/bucket.ts';
import { fileName } from '../media/media-name.ts';
import type { Download } from './download.ts';

const LINK_SECONDS = 60 * 60;

/** Links to a completed download's bytes, under the name people know it by. Throws for a download that has none. */
export function linkToFile(bucket: Pick<MediaBucket, 'presignedGet'>) {
  return (download: Download, viewerHost: string | undefined): Promise<string> => {
    if (download.media_key === null) throw new Error(`download ${download.id} has no stored bytes`);
    return bucket.presignedGet(download.media_key, {
      fileName: fileName(download.title, download.format),
      contentType: download.content_type,
      expiresSeconds: LINK_SECONDS,
      viewerHost,
    });
  };
}
