import type { ImportRow, ImportView } from '../../contract/import.ts';
import { eventually } from './listeners.ts';

type Fields = { fileName: string; upload_id?: string; mode?: 'import' | 'dry_run' };
type Presigned = ImportView & { url: string; fields: Record<string, string> };

/** What a person does with imports, over HTTP. */
export function importClient(appUrl: string) {
  async function answer<T>(status: number, response: Response): Promise<T> {
    const text = await response.text();
    if (response.status !== status) throw new Error(`${response.status} instead of ${status}: ${text}`);
    return JSON.parse(text) as T;
  }
  const get = async (id: string) => answer<ImportView>(200, await fetch(`${appUrl}/uploads/${id}`));

  return {
    get,
    /** By a form to the application. */
    async send(path: string, bytes: Uint8Array, { fileName, ...fields }: Fields): Promise<ImportView> {
      const form = formOf(fields, bytes, fileName);
      return answer(202, await fetch(`${appUrl}${path}`, { method: 'POST', body: form }));
    },
    /** By a form straight to S3, as a page does with a large file. */
    async presigned(bytes: Uint8Array, { fileName, ...fields }: Fields): Promise<ImportView> {
      const asked = await fetch(`${appUrl}/uploads/presign`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ file_name: fileName, size: bytes.length, ...fields }),
      });
      const presigned = await answer<Presigned>(201, asked);
      const posted = await fetch(presigned.url, { method: 'POST', body: formOf(presigned.fields, bytes, fileName) });
      if (!posted.ok) throw new Error(`S3 answered ${posted.status}: ${await posted.text()}`);
      return presigned;
    },
    /** As it is when it is over. */
    done: ({ import_id }: Pick<ImportView, 'import_id'>, withinMs = 90_000): Promise<ImportView> =>
      eventually(async () => {
        const record = await get(import_id);
        return ['waiting', 'running', 'undoing'].includes(record.status) ? undefined : record;
      }, withinMs),
    control: async (id: string, what: 'cancel' | 'commit' | 'undo') =>
      answer<ImportView>(202, await fetch(`${appUrl}/uploads/${id}/${what}`, { method: 'POST' })),
    async rows(id: string, status: 'failed' | 'planned' | 'spared'): Promise<ImportRow[]> {
      const rows: ImportRow[] = [];
      let cursor: number | null = 1;
      while (cursor !== null) {
        const url: string = `${appUrl}/uploads/${id}/rows?status=${status}&cursor=${cursor}`;
        const page: { rows: ImportRow[]; next_cursor: number | null } = await answer(200, await fetch(url));
        rows.push(...page.rows);
        cursor = page.next_cursor;
      }
      return rows;
    },
    async failedCsv(id: string): Promise<string> {
      const response = await fetch(`${appUrl}/uploads/${id}/failed.csv`);
      if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
      return response.text();
    },
  };
}

function formOf(fields: Record<string, string | undefined>, bytes: Uint8Array, fileName: string): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value);
  form.append('file', new Blob([Buffer.from(bytes)], { type: 'text/csv' }), fileName);
  return form;
}
