import { mediaBucket } from '../../src/aws/bucket.ts';
import { attemptsTable } from '../../src/downloads/attempts/table.ts';
import { runDownload } from '../../src/downloads/run-download.ts';
import { sharedBytesTable } from '../../src/downloads/shared-bytes/table.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { mediaStorage } from '../../src/media/media-storage.ts';
import { sourceChain } from '../../src/media/sources/chain.ts';
import { directSource } from '../../src/media/sources/direct.ts';
import { anS3Client, hurriedSettings } from './media-world.ts';
import { documentClient } from './tables.ts';

// A worker as a process of its own, so that it can be killed: the world, the download and its clock come as JSON.
const { s3, dynamodb, names, id, after } = JSON.parse(process.argv[2] ?? '');
const db = documentClient(dynamodb);
const settings = hurriedSettings();
const downloads = downloadsTable(db, names);
await runDownload(
  {
    attempts: attemptsTable(db, names),
    downloads,
    sharedBytes: sharedBytesTable(db, names.downloads),
    resolve: sourceChain([directSource({ dispatcher: settings.dispatcher })]).resolve,
    ...mediaStorage(mediaBucket(anS3Client(s3), 'media'), settings),
    queue: { send: () => Promise.resolve() },
    now: () => new Date(Date.now() + after),
  },
  { id },
  { hide: () => Promise.resolve() },
  () => 900_000,
);
