import type { ImportRow } from '../../contract/import.ts';
import type { ChunkKind, ImportRecord, Language } from './import.ts';
import type { ImportsTable, KeptRow } from './table.ts';
import { wordError } from './word-error.ts';

export type RowsPage = { rows: ImportRow[]; total: number; next_cursor: number | null };

/** One page of an import's rows worth telling of, counted from 1, in the order of their lines. */
export async function listRows(
  imports: Pick<ImportsTable, 'chunk'>,
  record: ImportRecord,
  { kind, page, language }: { kind: ChunkKind; page: number; language: Language },
): Promise<RowsPage> {
  const pages = record.chunks[kind];
  const kept = page > pages ? [] : await imports.chunk(record.id, kind, page);
  const rows = kept.map((row) => shown(row, language));
  return { rows, total: totalOf(record)[kind], next_cursor: page < pages ? page + 1 : null };
}

function shown({ from: _from, to: _to, ...row }: KeptRow, language: Language): ImportRow {
  return { ...row, errors: row.errors.map((error) => wordError(error, language)) };
}

const totalOf = ({ mode, rows, undo }: ImportRecord): Record<ChunkKind, number> => ({
  failed: rows.failed,
  planned: mode === 'dry_run' ? rows.created + rows.updated : 0,
  spared: undo?.spared ?? 0,
});
