/** What is stored cannot be gone on with: the source's file is another now, or the upload is gone. Resolve again, from zero. */
export class BeginAnew extends Error {
  override readonly name = 'BeginAnew';
}
