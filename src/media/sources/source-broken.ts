/** This source cannot make sense of the URL's site, or was offered nothing it can fetch: another source may know better. */
export class SourceBroken extends Error {
  override readonly name = 'SourceBroken';
}
