// What Windows-1252 has where latin1 has control characters, 0x80 to 0x9f; five are not taken.
const SPECIAL = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const BYTE_OF = new Map(Array.from(SPECIAL, (character, index) => [character, 0x80 + index]));

/** Node's own decoder of that name has read it as latin1 in several releases. */
export function decodeWindows1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (control) => SPECIAL[control.charCodeAt(0) - 0x80] ?? control);
}

/** What Windows-1252 does not have becomes a question mark. */
export function encodeWindows1252(text: string): Buffer {
  const codes = Array.from(text, (character) => BYTE_OF.get(character) ?? character.codePointAt(0) ?? 0);
  return Buffer.from(codes.map((code) => (code > 0xff ? 0x3f : code)));
}
