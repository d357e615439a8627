/** What is stored cannot be gone on with: the source's file is another now, or the upload is gone. Resolve again, from zero. */
export class BeginAnew extends Error {
  override readonly name = 'BeginAnew';
}

/** The time of this run ended first. What is stored stays; another run goes on from there. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}
