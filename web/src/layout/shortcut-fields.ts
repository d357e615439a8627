/** What a view may mark with `data-shortcut`, and the key that goes there. */
export const FIELDS = [
  { key: 'n', name: 'shortcuts.new', target: 'new' },
  { key: '/', name: 'shortcuts.search', target: 'search' },
] as const;
