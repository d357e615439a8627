import type { Dialect } from '../../contract/dialect.ts';

const LF = 10;
const CR = 13;
const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const TAB = 9;

export type Grammar = Pick<Dialect, 'delimiter' | 'quote_escape'>;

/** How far the scan of one record has come. `cell` and `closed` are where its cell began and where its quote was closed. */
export type Scan = {
  at: number;
  mode: 'before' | 'plain' | 'quoted' | 'after';
  cell: number;
  closed: number;
  cells: number;
  /** Line ends passed, and where the first of them ended. */
  lines: number;
  firstLineTo: number;
  /** What makes the record one of RFC 4180, without changing its length, for `applyEdits` once the record is known to be one. */
  edits: { at: number; byte: number }[];
};

export const newScan = (at: number): Scan => ({
  at,
  mode: 'before',
  cell: at,
  closed: at,
  cells: 1,
  lines: 0,
  firstLineTo: -1,
  edits: [],
});

/**
 * Goes on with one record: to its `end` (then `at` is behind its line end), to a `stray` quote, or until there must be `more` bytes.
 * Notes down how its quotes would be in RFC 4180: `\"` as `""`, and the spaces around a quoted cell within it.
 */
export function scanRecord(bytes: Buffer, scan: Scan, grammar: Grammar, last: boolean): 'end' | 'stray' | 'more' {
  const delimiter = grammar.delimiter.charCodeAt(0);
  const backslash = grammar.quote_escape === 'backslash';
  while (scan.at < bytes.length) {
    const byte = bytes[scan.at];
    if (scan.mode === 'quoted') {
      if (!passQuoted(bytes, scan, backslash, last)) return 'more';
    } else if (byte === delimiter) {
      if (scan.mode === 'after') moveClosingQuote(scan);
      startCell(scan);
    } else if (byte === LF || byte === CR) {
      if (scan.mode === 'after') moveClosingQuote(scan);
      return passLineEnd(bytes, scan, last) ? 'end' : 'more';
    } else if (scan.mode === 'plain') {
      passPlain(bytes, scan, delimiter);
    } else if (byte === SPACE || byte === TAB) {
      scan.at += 1;
    } else if (scan.mode === 'after') {
      return 'stray';
    } else if (byte === QUOTE) {
      openQuote(scan);
    } else {
      scan.mode = 'plain';
    }
  }
  if (!last || scan.mode === 'quoted') return 'more';
  if (scan.mode === 'after') moveClosingQuote(scan);
  return 'end';
}

export function applyEdits(bytes: Buffer, { edits }: Scan): void {
  for (const { at, byte } of edits) bytes[at] = byte;
}

function startCell(scan: Scan): void {
  scan.at += 1;
  scan.cells += 1;
  scan.cell = scan.at;
  scan.mode = 'before';
}

function passPlain(bytes: Buffer, scan: Scan, delimiter: number): void {
  let at = scan.at;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === delimiter || byte === LF || byte === CR) break;
  }
  scan.at = at;
}

function openQuote(scan: Scan): void {
  if (scan.cell < scan.at) scan.edits.push({ at: scan.at, byte: SPACE }, { at: scan.cell, byte: QUOTE });
  scan.at += 1;
  scan.mode = 'quoted';
}

/** To behind the closing quote. False: there must be more bytes. */
function passQuoted(bytes: Buffer, scan: Scan, backslash: boolean, last: boolean): boolean {
  while (scan.at < bytes.length) {
    const byte = bytes[scan.at];
    if (byte === QUOTE || (backslash && byte === BACKSLASH)) {
      if (scan.at + 1 === bytes.length && !last) return false;
      const next = bytes[scan.at + 1];
      if (byte === QUOTE && next !== QUOTE) return closeQuote(scan);
      if (byte === BACKSLASH && next === QUOTE) scan.edits.push({ at: scan.at, byte: QUOTE });
      scan.at += next === QUOTE || next === BACKSLASH ? 2 : 1;
    } else if (byte === LF || byte === CR) {
      if (!passLineEnd(bytes, scan, last)) return false;
    } else {
      scan.at += 1;
    }
  }
  return false;
}

function closeQuote(scan: Scan): true {
  scan.closed = scan.at;
  scan.at += 1;
  scan.mode = 'after';
  return true;
}

function moveClosingQuote(scan: Scan): void {
  const end = scan.at - 1;
  if (scan.closed < end) scan.edits.push({ at: scan.closed, byte: SPACE }, { at: end, byte: QUOTE });
}

/** False: the second half of a CRLF may be yet to come. */
function passLineEnd(bytes: Buffer, scan: Scan, last: boolean): boolean {
  const isCr = bytes[scan.at] === CR;
  if (isCr && scan.at + 1 === bytes.length && !last) return false;
  scan.at += isCr && bytes[scan.at + 1] === LF ? 2 : 1;
  scan.lines += 1;
  if (scan.lines === 1) scan.firstLineTo = scan.at;
  return true;
}
