import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImportRow, ImportView } from '../../contract/import.ts';
import { SEED_JSON } from '../support/an-event.ts';
import { calendarCsv, correctedCsv } from '../support/calendar-csv.ts';
import { importClient } from '../support/import-client.ts';
import { eventually, listen, type Message } from '../support/listeners.ts';
import { aStack, deployedUrl, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let app: ReturnType<typeof importClient>;
beforeAll(async () => {
  stack = await aStack();
  app = importClient(stack.appUrl);
});
afterAll(() => stack?.stop());

/** Names and cities of this run's own: a deployment may hold other imports and events. */
const run = Date.now();
const seed = readFileSync(new URL('../fixtures/csv/seed.csv', import.meta.url));
const of = (importId: string) => (message: Message) => message['import_id'] === importId;
type Data = { rows: ImportView['rows']; errors: ImportRow['errors']; progress: number };
const dataOf = (message: Message | undefined) => message?.['data'] as Data;

test.each(['/eventos/upload', '/api/v1/uploads'])(
  "the seed's file by %s: who listens before it is sent hears it to the end, and the export has its event",
  async (path) => {
    const name = `arquivo1 ${run}`;
    const [upload, far, admin, calendar] = await Promise.all(
      [`/ws/upload/${encodeURIComponent(name)}`, '/ws/eventos/progresso', '/ws/admin', '/ws/eventos'].map((channel) =>
        listen(stack.appUrl, channel),
      ),
    );
    const accepted = await app.send(path, seed, { fileName: `${name}.csv` });
    expect(accepted).toMatchObject({
      upload_id: `arquivo1-${run}`,
      status: 'waiting',
      ws: `/ws/upload/arquivo1-${run}`,
    });
    const id = accepted.import_id;
    const end = await upload!.until((message) => message.type === 'upload_completed' && of(id)(message));
    // Of so short a file nobody may hear how far it is: it is done by then.
    const told = upload!.heard.filter(of(id)).filter(({ type }) => type !== 'upload_progress');
    expect(told.map(({ type }) => type)).toEqual(['upload_started', 'upload_completed']);
    const { rows } = dataOf(end);
    expect(rows.read).toBe(1);
    expect(rows.created + rows.unchanged).toBe(1);
    await far!.until((message) => of(id)(message) && message['progresso'] === 100);
    if (rows.created === 1) {
      await calendar!.until(
        ({ type, data }) => type === 'events_changed' && (data as { import_id: string }).import_id === id,
      );
      await admin!.until(
        ({ code, data }) => code === 'events_imported' && (data as { import_id: string }).import_id === id,
      );
    }
    const exported = await (
      await fetch(`${stack.appUrl}/api/v1/eventos/download?city=recife&from=2025-07-01&to=2025-07-01`)
    ).json();
    expect(exported).toContainEqual((JSON.parse(SEED_JSON) as unknown[])[0]);
    for (const socket of [upload, far, admin, calendar]) socket!.close();
  },
);

test(
  'a calendar of 5,000 rows goes straight to S3; its mistakes are told live, once, and listed; what is corrected is sent again; all is undone',
  { timeout: 120_000 },
  async () => {
    const name = `calendario-${run}`;
    const city = `Cidade ${run}`;
    const { text, broken } = calendarCsv(5000, 62, city);
    const socket = await listen(stack.appUrl, `/ws/upload/${name}`);
    const { import_id: id } = await app.presigned(Buffer.from(text), { fileName: 'agenda.csv', upload_id: name });
    await socket.until((message) => message.type === 'upload_completed' && of(id)(message), 90_000);
    const heard = socket.heard.filter(of(id));
    const errors = heard
      .filter(({ type }) => type === 'upload_row_errors')
      .flatMap((message) => dataOf(message).errors);
    expect(errors.map(({ line, code }) => ({ line, code }))).toEqual(broken.map(({ line, code }) => ({ line, code })));
    const far = heard.filter(({ type }) => type === 'upload_progress').map((message) => dataOf(message).progress);
    expect(far.length).toBeGreaterThan(5);
    expect(far).toEqual(far.toSorted((a, b) => a - b));

    const record = await app.get(id);
    expect(record.rows).toEqual({ read: 5000, created: 4938, updated: 0, unchanged: 0, failed: 62 });
    expect(await app.get(name)).toEqual(record);
    expect((await app.rows(id, 'failed')).map(({ line }) => line)).toEqual(broken.map(({ line }) => line));
    const late = await listen(stack.appUrl, `/ws/upload/${name}`);
    const replayed = await late.until(({ type }) => type === 'upload_completed');
    expect(replayed['replayed']).toBe(true);
    expect(late.heard.filter(({ type }) => type === 'upload_row_errors').map(({ seq }) => seq)).toEqual(
      heard.filter(({ type }) => type === 'upload_row_errors').map(({ seq }) => seq),
    );
    const log = await listen(stack.appUrl, `/ws/logs/${id}`);
    await log.until(({ type, message }) => type === 'log' && /5000 linhas lidas/.test(String(message)));

    const failed = await app.failedCsv(id);
    const again = await app.done(
      await app.send('/uploads', Buffer.from(correctedCsv(failed, broken)), {
        fileName: 'corrigida.csv',
        upload_id: `${name}-2`,
      }),
    );
    expect(again.rows).toEqual({ read: 62, created: 62, updated: 0, unchanged: 0, failed: 0 });
    for (const undoable of [again, record]) await app.control(undoable.import_id, 'undo');
    for (const { import_id } of [again, record])
      expect(await app.done({ import_id })).toMatchObject({ status: 'undone' });
    expect(await (await fetch(`${stack.appUrl}/eventos/download?city=${encodeURIComponent(city)}`)).json()).toEqual([]);
    for (const listener of [socket, late, log]) listener.close();
  },
);

test.skipIf(deployedUrl !== undefined)(
  'a worker killed in the middle is taken over, and the totals are exact',
  { timeout: 120_000 },
  async () => {
    const { text } = calendarCsv(2000, 25, `Outra cidade ${run}`);
    const { import_id: id } = await app.presigned(Buffer.from(text), { fileName: `morta ${run}.csv` });
    await eventually(async () => ((await app.get(id)).rows.read > 200 ? true : undefined), 60_000);
    const worker = stack.local!.workers().find(({ functionName, busy }) => busy && /import/i.test(functionName));
    process.kill(worker!.pid, 'SIGKILL');
    const record = await app.done({ import_id: id }, 100_000);
    expect(record).toMatchObject({ status: 'completed', rows: { read: 2000, created: 1975, failed: 25 } });
  },
);
