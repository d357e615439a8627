const MOST_CHARACTERS = 255;

/** A name as somebody's browser gave it, without folders, control characters and what reorders text: fit to be shown. */
export function cleanFileName(given: string): string {
  const name = given.split(/[\\/]/).at(-1) ?? '';
  const shown = name.replaceAll(/\p{C}/gu, ' ').replaceAll(/\s+/g, ' ').trim();
  // Half a character is none.
  return shown
    .normalize()
    .slice(0, MOST_CHARACTERS)
    .replace(/[\uD800-\uDBFF]$/, '');
}

export const withoutExtension = (fileName: string): string => fileName.replace(/\.[^.]{1,10}$/, '');
