/** What a function may be given at once: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

const ENVELOPE_BYTES = Buffer.byteLength(recordsPayload([]));

/** The input of a function that is given records. */
export function recordsPayload(records: unknown[]): string {
  return JSON.stringify({ Records: records });
}

/** Cuts a batch, in order, into as few as fit into a payload each. */
export function splitByPayload<T>(items: T[], recordOf: (item: T) => unknown): T[][] {
  const chunks: T[][] = [];
  let bytes = Infinity;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(recordOf(item))) + 1;
    bytes += size;
    if (bytes > MAX_PAYLOAD_BYTES) {
      chunks.push([]);
      bytes = ENVELOPE_BYTES + size;
    }
    chunks.at(-1)?.push(item);
  }
  return chunks;
}
