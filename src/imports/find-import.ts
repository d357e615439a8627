import type { ImportRecord } from './import.ts';
import type { ImportsTable } from './table.ts';

/** One owner's import: by its id, or the latest of a name. */
export type ImportRef = { owner: string; ref: string };

export async function findImport(
  imports: Pick<ImportsTable, 'get' | 'latest'>,
  { owner, ref }: ImportRef,
): Promise<ImportRecord | null> {
  if (!/^[0-9A-Z]{26}$/.test(ref)) return imports.latest(owner, ref);
  const found = await imports.get(ref);
  return found?.owner === owner ? found : null;
}
