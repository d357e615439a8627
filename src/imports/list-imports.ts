import type { ImportRecord } from './import.ts';
import type { ImportsTable } from './table.ts';

/** One request looks at no more than this many records, however rare the name. */
const MAX_EXAMINED = 1000;
const PAGE = 100;

export type ImportQuery = {
  owner: string;
  upload_id?: string | undefined;
  limit: number;
  cursor?: string | undefined;
};

/** One page of imports, newest first; with a name, those of it. */
export async function listImports(
  imports: Pick<ImportsTable, 'page'>,
  { owner, upload_id, limit, cursor }: ImportQuery,
): Promise<{ imports: ImportRecord[]; cursor: string | null }> {
  if (upload_id === undefined) {
    const page = await imports.page(owner, cursor ?? null, limit);
    return { imports: page.imports, cursor: page.position };
  }
  const found: ImportRecord[] = [];
  let position = cursor ?? null;
  for (let examined = 0; examined < MAX_EXAMINED; examined += PAGE) {
    const page = await imports.page(owner, position, PAGE);
    for (const record of page.imports) {
      if (record.upload_id !== upload_id) continue;
      found.push(record);
      if (found.length === limit) return { imports: found, cursor: positionOf(record) };
    }
    position = page.position;
    if (position === null) return { imports: found, cursor: null };
  }
  return { imports: found, cursor: position };
}

const positionOf = ({ created_at, id }: ImportRecord): string => `${created_at}#${id}`;
