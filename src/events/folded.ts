/** What is compared of a text: without its accents, its case and its outer and doubled spaces. */
export function folded(text: string): string {
  return withoutAccents(text).toLowerCase().trim().replace(/\s+/g, ' ');
}

/** Most texts have none. */
// eslint-disable-next-line no-control-regex
const withoutAccents = (text: string): string =>
  /^[\0-\x7f]*$/.test(text) ? text : text.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
