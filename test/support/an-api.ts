import type { Queue } from '../../src/aws/queue.ts';
import type { UploadsBucket } from '../../src/aws/uploads-bucket.ts';
import { newDownloadId } from '../../src/downloads/download.ts';
import { countsTable } from '../../src/channels/counts/table.ts';
import { downloadListing } from '../../src/downloads/listing/table.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { eventListing } from '../../src/events/listing/table.ts';
import { eventsTable } from '../../src/events/table.ts';
import { httpApi } from '../../src/http/api.ts';
import type { ImportMessage } from '../../src/imports/import-message.ts';
import { importsTable } from '../../src/imports/table.ts';
import { ANY_HOST, type HostRules } from '../../src/media/host-rules.ts';
import { SourceFailed } from '../../src/media/source-failed.ts';
import { noticesTable } from '../../src/notices/table.ts';
import { stateTable } from '../../src/snapshots/state/table.ts';
import type { someTables } from './tables.ts';

export const ORIGIN_KEY = 'what-only-cloudfront-knows';

type World = Pick<Awaited<ReturnType<typeof someTables>>, 'db' | 'names'>;

const noBucket = () => Promise.reject(new Error('this API has no bucket'));

/** The HTTP API on real tables; what reaches out of the system is made up. */
export function anApi(
  { db, names }: World,
  changes: {
    token?: string;
    allowPrivateSources?: boolean;
    hosts?: HostRules;
    uploads?: Pick<UploadsBucket, 'put' | 'presignedPost'>;
    importQueue?: Queue<ImportMessage>;
    now?: () => Date;
  } = {},
) {
  return httpApi({
    downloads: downloadsTable(db, names),
    listing: downloadListing(db, names.downloads),
    events: eventsTable(db, names),
    eventListing: eventListing(db, names.events),
    timeZone: 'America/Sao_Paulo',
    imports: importsTable(db, names),
    uploads: changes.uploads ?? { put: noBucket, presignedPost: noBucket },
    importQueue: changes.importQueue ?? { send: () => Promise.resolve() },
    eventsTable: names.events,
    notices: noticesTable(db, names),
    state: stateTable(db, names.downloads),
    connections: countsTable(db, names.connections),
    queue: { send: () => Promise.resolve() },
    discard: () => Promise.resolve(),
    inspect: (url) =>
      url.includes('gone')
        ? Promise.reject(new SourceFailed('source_not_found', '404'))
        : Promise.resolve({
            source: 'direct',
            title: 'a.mp4',
            thumbnail: null,
            duration: null,
            qualities: ['best'],
            formats: [],
          }),
    linkTo: (download, host) => Promise.resolve(`http://${host ?? 's3'}/${download.media_key}`),
    accessToken: () => Promise.resolve(changes.token ?? null),
    allowPrivateSources: changes.allowPrivateSources ?? false,
    hosts: changes.hosts ?? ANY_HOST,
    originKey: ORIGIN_KEY,
    placeholderThumbnail: 'http://localhost:8000/thumbnail.svg',
    siteUrl: 'http://localhost:8000',
    version: '1.2.3',
    now: changes.now ?? (() => new Date()),
    newId: newDownloadId,
  });
}
