import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

export type Row = Record<string, string | number>;

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** As Markdown, to be pasted where somebody asks for it. */
export function printTable(rows: Row[]): void {
  const columns = Object.keys(rows[0] ?? {});
  console.log(`| ${columns.join(' | ')} |\n|${columns.map(() => ' --- ').join('|')}|`);
  for (const row of rows) console.log(`| ${columns.map((column) => row[column] ?? '').join(' | ')} |`);
}

export async function saveJson(name: string, rows: Row[]): Promise<void> {
  const file = path.join('bench', 'results', `${name}.json`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(rows, null, 2)}\n`);
  console.log(`\n${file}`);
}
