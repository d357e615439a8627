/**
 * The public name of an import: of any text, `[a-z0-9-]{1,64}`. The edge function slugs by the same rule, so that the name in a
 * WebSocket's path and the one in an upload meet. Null when nothing is left of it.
 */
export function slugOf(name: string): string | null {
  const slug = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? null : slug;
}
