/**
 * A matcher for a behaviour's path pattern: `*` is any number of characters, slashes too, `?` exactly one, the rest is
 * literal and case-sensitive; a leading slash may be left out.
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const rooted = pattern.startsWith('/') ? pattern : `/${pattern}`;
  const literal = rooted.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  const expression = new RegExp(`^${literal.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`, 's');
  return (path) => expression.test(path);
}
