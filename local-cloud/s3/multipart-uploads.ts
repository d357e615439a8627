import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { checksum, checksumAlgorithm, checksumType } from './checksums.ts';
import { type DataFiles, type Segment, segment } from './data-files.ts';
import { readJsonFiles, writeJsonFile } from './json-file.ts';
import { compareKeys } from './keys.ts';
import { description } from './object-store.ts';
import { noSuchUpload } from './s3-error.ts';
import { serially } from './serially.ts';

const upload = description.extend({
  id: z.string(),
  key: z.string(),
  initiated: z.iso.datetime(),
  checksum: z.object({ algorithm: checksumAlgorithm, type: checksumType }).optional(),
});
export type Upload = z.infer<typeof upload>;

const part = z.object({
  number: z.number(),
  size: z.number(),
  /** Without quotes: the MD5 of the part. */
  etag: z.string(),
  lastModified: z.iso.datetime(),
  checksum: checksum.optional(),
  segment,
});
export type Part = z.infer<typeof part>;

export type MultipartUploads = {
  start(upload: Upload): Promise<void>;
  /** The upload, when it is open and of this key; throws NoSuchUpload otherwise. */
  get(id: string, key: string): Upload;
  /** Keeps the part, in place of an earlier one of its number. Throws NoSuchUpload when the upload ended meanwhile. */
  putPart(id: string, part: Part): Promise<void>;
  /** By their number. */
  parts(id: string): Part[];
  /** Ends the upload: `commit` makes an object of some segments, all others are removed. If it throws, the upload stays open. */
  end(id: string, commit: (parts: Part[]) => Promise<Segment[]>): Promise<void>;
  /** By key, then by time. */
  list(): Upload[];
  segments(): Segment[];
};

type Open = { upload: Upload; parts: Map<number, Part> };

/** The unfinished uploads of one bucket. `owned` are the files that objects name: whoever lost such a part has been completed. */
export async function openMultipartUploads(
  dir: string,
  files: DataFiles,
  owned: ReadonlySet<string>,
): Promise<MultipartUploads> {
  await mkdir(dir, { recursive: true });
  const uploads = new Map<string, Open>();
  const inTurn = serially();
  for (const name of await readdir(dir)) {
    await mkdir(join(dir, name, 'parts'), { recursive: true });
    const parts = await readJsonFiles(join(dir, name, 'parts'), part);
    const [opened] = await readJsonFiles(join(dir, name), upload);
    // Died between making the object and ending the upload, or before the upload was answered.
    if (opened === undefined || parts.some(({ segment }) => owned.has(segment.file)))
      await rm(join(dir, name), { recursive: true });
    else uploads.set(opened.id, { upload: opened, parts: new Map(parts.map((one) => [one.number, one])) });
  }

  const openUpload = (id: string): Open => {
    const found = uploads.get(id);
    if (found === undefined) throw noSuchUpload(id);
    return found;
  };
  const partsOf = (id: string): Part[] => [...openUpload(id).parts.values()].sort((a, b) => a.number - b.number);

  return {
    async start(upload) {
      await mkdir(join(dir, upload.id, 'parts'), { recursive: true });
      await writeJsonFile(join(dir, upload.id, 'upload.json'), upload);
      uploads.set(upload.id, { upload, parts: new Map() });
    },
    get(id, key) {
      const { upload } = openUpload(id);
      if (upload.key !== key) throw noSuchUpload(id);
      return upload;
    },
    putPart: (id, part) =>
      inTurn(id, async () => {
        const { parts } = openUpload(id);
        await writeJsonFile(join(dir, id, 'parts', `${part.number}.json`), part);
        const replaced = parts.get(part.number);
        parts.set(part.number, part);
        if (replaced !== undefined) await files.remove([replaced.segment]);
      }),
    parts: partsOf,
    end: (id, commit) =>
      inTurn(id, async () => {
        const parts = partsOf(id);
        const kept = new Set((await commit(parts)).map(({ file }) => file));
        uploads.delete(id);
        await rm(join(dir, id, 'upload.json'));
        await rm(join(dir, id), { recursive: true });
        await files.remove(parts.map(({ segment }) => segment).filter(({ file }) => !kept.has(file)));
      }),
    list: () =>
      [...uploads.values()]
        .map(({ upload }) => upload)
        .sort((a, b) => compareKeys(a.key, b.key) || compareKeys(a.initiated, b.initiated) || compareKeys(a.id, b.id)),
    segments: () => [...uploads.values()].flatMap(({ parts }) => [...parts.values()].map(({ segment }) => segment)),
  };
}
