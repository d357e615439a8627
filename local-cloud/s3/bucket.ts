import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { bucketSettings, type ParsedBucketSettings } from './bucket-settings.ts';
import { type DataFiles, openDataFiles } from './data-files.ts';
import { writeJsonFile } from './json-file.ts';
import { type MultipartUploads, openMultipartUploads } from './multipart-uploads.ts';
import { type ObjectStore, openObjectStore } from './object-store.ts';
import { S3Error } from './s3-error.ts';
import { serially } from './serially.ts';

/** What is on disk of a bucket besides its objects. */
const bucketFile = z.object({ name: z.string(), createdAt: z.iso.datetime(), settings: bucketSettings });
type BucketFile = z.infer<typeof bucketFile>;

export type Bucket = {
  name: string;
  createdAt: string;
  files: DataFiles;
  objects: ObjectStore;
  uploads: MultipartUploads;
  settings(): ParsedBucketSettings;
  /** Replaces these settings; the others stay. */
  configure(changed: ParsedBucketSettings): Promise<void>;
  remove(): Promise<void>;
};

const FILE = 'bucket.json';
const DELETED = '.deleted-';

/** Makes a directory a bucket: from its return on it is found by the next start. */
export async function createBucket(dir: string, bucket: BucketFile): Promise<Bucket> {
  await mkdir(dir, { recursive: true });
  await writeJsonFile(join(dir, FILE), bucket);
  return openBucket(dir, bucket);
}

/** Opens every bucket of a directory; removes what a crash left half done, and leaves alone what is no bucket. */
export async function openAllBuckets(dir: string): Promise<Map<string, Bucket>> {
  await mkdir(dir, { recursive: true });
  const buckets = new Map<string, Bucket>();
  for (const name of await readdir(dir)) {
    if (name.startsWith(DELETED)) await rm(join(dir, name), { recursive: true });
    else if (existsSync(join(dir, name, FILE))) {
      const file = bucketFile.parse(JSON.parse(await readFile(join(dir, name, FILE), 'utf8')));
      buckets.set(file.name, await openBucket(join(dir, name), file));
    }
  }
  return buckets;
}

async function openBucket(dir: string, { name, createdAt, settings }: BucketFile): Promise<Bucket> {
  const files = await openDataFiles(join(dir, 'data'));
  const objects = await openObjectStore(join(dir, 'objects'), files);
  const owned = [...objects.all()].flatMap(({ segments }) => segments);
  const uploads = await openMultipartUploads(join(dir, 'uploads'), files, new Set(owned.map(({ file }) => file)));
  await files.keepOnly([...owned, ...uploads.segments()]);
  let current = settings;
  const inTurn = serially();
  return {
    name,
    createdAt,
    files,
    objects,
    uploads,
    settings: () => current,
    configure: (changed) =>
      inTurn(FILE, async () => {
        const settings = { ...current, ...changed };
        await writeJsonFile(join(dir, FILE), { name, createdAt, settings } satisfies BucketFile);
        current = settings;
      }),
    async remove() {
      // Renamed in one instant; if we die before the rest is done, the next start does it.
      const deleted = join(dirname(dir), `${DELETED}${randomUUID()}`);
      await rename(dir, deleted);
      await rm(deleted, { recursive: true });
    },
  };
}

export function checkBucketName(name: string): void {
  const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
  if (!isName || /\.\.|^xn--|^\d+\.\d+\.\d+\.\d+$/.test(name))
    throw new S3Error('InvalidBucketName', 400, 'The specified bucket is not valid.', { BucketName: name });
}
