import type { Duplex } from 'node:stream';

/**
 * Calls `exceeded` when a data frame announces more than `limit` bytes. AWS limits frames as well as messages, and the
 * `ws` package knows only messages: so this reads the frames' headers beside it, and must be attached before it reads.
 */
export function watchFrames(socket: Duplex, limit: number, exceeded: () => void): void {
  let header: number[] = [];
  let payloadLeft = 0;
  const look = (chunk: Buffer): void => {
    for (let at = 0; at < chunk.length;) {
      if (payloadLeft > 0) {
        const skipped = Math.min(payloadLeft, chunk.length - at);
        payloadLeft -= skipped;
        at += skipped;
        continue;
      }
      header.push(chunk[at++] ?? 0);
      const length = payloadLength(header);
      if (length === undefined) continue;
      const isData = ((header[0] ?? 0) & 0x0f) < 0x08;
      header = [];
      payloadLeft = length;
      if (!isData || length <= limit) continue;
      socket.off('data', look);
      exceeded();
      return;
    }
  };
  socket.prependListener('data', look);
}

/** The payload length a complete frame header states (RFC 6455, 5.2), or undefined while the header is not complete. */
function payloadLength(header: number[]): number | undefined {
  const second = header[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const extended = short === 127 ? 8 : short === 126 ? 2 : 0;
  const mask = (second & 0x80) === 0 ? 0 : 4;
  if (header.length < 2 + extended + mask) return undefined;
  if (extended === 0) return short;
  return header.slice(2, 2 + extended).reduce((sum, byte) => sum * 256 + byte, 0);
}
