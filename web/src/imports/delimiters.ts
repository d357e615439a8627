/** The names of delimiters, under `imports.delimiter`. */
export const DELIMITERS = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' } as const;
