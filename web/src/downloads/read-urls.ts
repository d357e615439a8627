/** The addresses in a text, in their order and each once: one a line, or between other words. */
export function readUrls(text: string): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const found = words.flatMap((word) => /(?:https?|ftp):\/\/.+/i.exec(word)?.[0].replace(/[,;>"]+$/, '') ?? []);
  // What somebody typed without https:// is sent as it is: the server says what is wrong with it.
  return found.length === 0 ? words : [...new Set(found)];
}
