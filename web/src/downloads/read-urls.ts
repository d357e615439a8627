/** The addresses in a text, in their order and each once: one a line, or between other words. */
export function readUrls(text: string): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const found = words.flatMap((word) => /(?:https?|ftp):\/\/.+/i.exec(word)?.[0].replace(/[,;>"]+$/, '') ?? []);
  if (found.length > 0) return [...new Set(found)];
  // What somebody typed without https:// is sent as it is, a sentence whole: the server says what is wrong with it.
  if (words.every((word) => word.includes('.'))) return words;
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
