import * as z from 'zod';

/** What must be remembered of an unfinished multipart upload to go on with it; the parts themselves only S3 knows. */
export const storedUpload = z.object({
  upload_id: z.string(),
  part_bytes: z.int(),
  /** Of the whole file, and what tells its version: parts of two versions are never mixed. */
  length: z.int(),
  validators: z.object({ etag: z.string().exactOptional(), lastModified: z.string().exactOptional() }),
});
export type StoredUpload = z.infer<typeof storedUpload>;
