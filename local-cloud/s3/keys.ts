const SURROGATE = /[\uD800-\uDFFF]/;

/** S3 lists in the order of UTF-8 bytes, which is JavaScript's own except beyond the basic plane. */
export function compareKeys(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A key as S3 writes it into events and `encoding-type=url` listings: form-encoded, with its slashes. */
export function encodeKey(key: string): string {
  return new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/');
}

/** Keys in S3's order. */
export type SortedKeys = {
  add(key: string): void;
  remove(key: string): void;
  /** The position of the first key that is not before `key`. */
  from(key: string): number;
  /** The position after the last key that begins with `prefix`. */
  beyond(prefix: string): number;
  at(position: number): string | undefined;
};

export function sortKeys(keys: Iterable<string>): SortedKeys {
  const sorted = [...keys].sort(compareKeys);
  const search = (isBefore: (key: string) => boolean): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(sorted[middle] ?? '')) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const from = (key: string): number => search((other) => compareKeys(other, key) < 0);
  return {
    add: (key) => {
      const position = from(key);
      if (sorted[position] !== key) sorted.splice(position, 0, key);
    },
    remove: (key) => {
      const position = from(key);
      if (sorted[position] === key) sorted.splice(position, 1);
    },
    from,
    beyond: (prefix) => search((other) => other.startsWith(prefix) || compareKeys(other, prefix) < 0),
    at: (position) => sorted[position],
  };
}
