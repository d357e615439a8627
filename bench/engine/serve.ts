import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEndpoint } from '../../local-cloud/endpoint.ts';
import { openBuckets } from '../../local-cloud/s3/buckets.ts';
import { startMediaOrigin } from '../../test/support/origins/media-origin.ts';

// The origin or the object storage, as a process of its own, so that the contenders' CPU is theirs alone. Prints its URL.
const [what] = process.argv.slice(2);
if (what === 'origin') {
  console.log((await startMediaOrigin()).url);
} else {
  const dir = await mkdtemp(path.join(tmpdir(), 'bench-s3-'));
  const buckets = await openBuckets({ dir });
  await buckets.create('media');
  console.log((await startEndpoint({ port: 0, s3: buckets.service })).url);
  process.once('SIGTERM', () => void rm(dir, { recursive: true, force: true }).then(() => process.exit(0)));
}
