import type { Dialect } from '../../contract/dialect.ts';
import { originalBytes } from './encoding.ts';
import { applyEdits, newScan, scanRecord } from './scan-record.ts';

/** What a record may have, line end included. */
export const RECORD_BYTES = 1024 * 1024;
/** What is kept of a broken one, to be shown. */
const SHOWN_BYTES = 1024;

/** A border of rows: bytes of the file before it, and the physical line that starts there. */
export type Place = { offset: number; line: number };
export type Fault = 'record_too_long' | 'unterminated_quote' | 'stray_quote';

/** Where a record starts and ends in the file, in bytes of the file, and the physical lines that start there. */
export type Extent = { line: number; from: number; to: number; nextLine: number };

/** One record as RFC 4180 has it, or the beginning of one that is broken. */
export type RawRecord = Extent & { bytes: Buffer; fault: Fault | null };

export type Shape = Pick<Dialect, 'encoding' | 'delimiter' | 'quote_escape'> & {
  /** Cells of the header, when they are known: so many make a line a row. */
  width: number | null;
};

export type RecordSplitter = { push(piece: Buffer, last: boolean): RawRecord[] };

/**
 * Cuts bytes (UTF-8, or 8 bits wide) into records, however they arrive, and keeps no more than one record of them. A broken record is
 * told once and cutting goes on behind it: behind its first line when the second reads as a row, for then a quote was left open.
 */
export function recordSplitter(shape: Shape, start: Place): RecordSplitter {
  let bytes: Buffer = Buffer.alloc(0);
  let from = 0;
  let place = start;
  let scan = newScan(0);
  /** Set while a broken record is passed over to its end, with its beginning and the bytes of the file that were let go. */
  let broken: { fault: Fault; shown: Buffer; dropped: number } | null = null;

  function push(piece: Buffer, last: boolean): RawRecord[] {
    letGo(from);
    bytes = bytes.length === 0 ? piece : Buffer.concat([bytes, piece]);
    const records: RawRecord[] = [];
    while (isUnfinished()) {
      const record = next(last);
      if (record === 'more') break;
      if (record !== 'passing over') records.push(record);
    }
    return records;
  }

  const isUnfinished = () => from < bytes.length || broken !== null;

  function next(last: boolean): RawRecord | 'more' | 'passing over' {
    // The same whatever the pieces are: a record is too long by its bytes, not by what happens to be here.
    const full = broken === null && bytes.length - from >= RECORD_BYTES;
    const window = full ? bytes.subarray(0, from + RECORD_BYTES) : bytes;
    const ends = last && !full;
    const outcome = scanRecord(window, scan, shape, ends);
    if (outcome === 'end') return cut(scan.at, scan.lines, null);
    if (outcome === 'more' && !full && !ends) return passedOver();
    const leftOpen = broken === null ? opensRow(window, ends) : 'no';
    if (leftOpen === 'unknown' && !full) return 'more';
    if (leftOpen === 'yes') return cut(scan.firstLineTo, 1, 'unterminated_quote');
    if (outcome === 'stray') return passOver(scan.lines === 0 ? 'stray_quote' : 'unterminated_quote');
    return full ? passOver('record_too_long') : cut(bytes.length, scan.lines, 'unterminated_quote');
  }

  /** Whether the second line of the record is a row of its own. */
  function opensRow(window: Buffer, last: boolean): 'yes' | 'no' | 'unknown' {
    if (scan.lines === 0 || scan.firstLineTo >= window.length) return 'no';
    const second = newScan(scan.firstLineTo);
    const outcome = scanRecord(window, second, shape, last);
    if (outcome === 'more') return last ? 'no' : 'unknown';
    return outcome === 'end' && second.cells === shape.width ? 'yes' : 'no';
  }

  function passOver(fault: Fault): 'passing over' {
    broken ??= { fault, shown: Buffer.alloc(0), dropped: 0 };
    if (scan.mode === 'after') scan.mode = 'plain';
    return 'passing over';
  }

  function passedOver(): 'more' {
    if (broken === null) return 'more';
    const dropped = bytes.subarray(from, scan.at);
    broken.dropped += originalBytes(shape.encoding, dropped);
    broken.shown = beginning(broken.shown, dropped);
    from = scan.at;
    scan.edits = [];
    return 'more';
  }

  function cut(to: number, lines: number, fault: Fault | null): RawRecord {
    const record = bytes.subarray(from, to);
    const length = originalBytes(shape.encoding, record) + (broken?.dropped ?? 0);
    const { line, offset } = place;
    place = { line: line + lines, offset: offset + length };
    if (fault === null && broken === null) applyEdits(bytes, scan);
    const known = fault ?? broken?.fault ?? null;
    const shown = known === null ? record : beginning(broken?.shown ?? Buffer.alloc(0), record);
    from = to;
    scan = newScan(to);
    broken = null;
    return { line, from: offset, to: place.offset, nextLine: place.line, bytes: shown, fault: known };
  }

  function letGo(count: number): void {
    bytes = bytes.subarray(count);
    for (const at of ['at', 'cell', 'closed', 'firstLineTo'] as const) scan[at] -= count;
    for (const edit of scan.edits) edit.at -= count;
    from = 0;
  }

  return { push };
}

const beginning = (before: Buffer, after: Buffer) =>
  Buffer.concat([before, after.subarray(0, SHOWN_BYTES - before.length)]);
