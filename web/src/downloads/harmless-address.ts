/** Shown where there is no picture. */
export const PLACEHOLDER = '/thumbnail.svg';

/** Null: following it could do harm, as `javascript:` and its like would. */
export function harmlessAddress(url: string): string | null {
  const address = parse(url);
  return address?.protocol === 'http:' || address?.protocol === 'https:' ? address.href : null;
}

export const hostOf = (url: string): string => parse(url)?.host ?? url;

/** Pictures of this site by their path, whatever name the reader came by; others only over https. */
export function harmlessPicture(url: string | null): string {
  const address = url === null ? null : parse(url);
  if (address === null || address.pathname === PLACEHOLDER) return PLACEHOLDER;
  return address.protocol === 'https:' || address.origin === location.origin ? address.href : PLACEHOLDER;
}

function parse(address: string): URL | null {
  try {
    return new URL(address, location.origin);
  } catch {
    return null;
  }
}
