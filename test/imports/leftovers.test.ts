import { afterAll, beforeAll, expect, test } from 'vitest';
import { deadLetter, giveUp } from '../../src/give-up.ts';
import { holdsTable } from '../../src/imports/holds/table.ts';
import { fileKey } from '../../src/imports/import.ts';
import { repairImports } from '../../src/imports/repair-imports.ts';
import { anUploadsWorld, applied, type UploadsWorld } from '../support/uploads-world.ts';

let app: UploadsWorld;
beforeAll(async () => {
  app = await anUploadsWorld();
});
afterAll(() => app.stop());

const repair = async () => {
  const sent: string[] = [];
  const importQueue = { send: async ({ import_id }: { import_id: string }) => void sent.push(import_id) };
  await repairImports({ imports: app.imports(), importQueue, now: app.now });
  return sent;
};

test('an import whose file has not come in time is looked at, again and again until it is over', async () => {
  const { body } = await app.send(app.aName());
  await app.left(app.aName(), { ...applied, due_at: null });
  expect(await repair()).toEqual([]);
  app.pass(61_000);
  expect(await repair()).toEqual([body.import_id]);
  expect(await repair()).toEqual([body.import_id]);
  await app.control(`/uploads/${body.import_id}/cancel`);
  expect(await repair()).toEqual([]);
});

test('dead letters of both queues end what they are about, whichever shape they have', async () => {
  const ended: string[] = [];
  const attempts = { giveUp: async (id: string) => void ended.push(id) };
  const holds = holdsTable(app.db, app.names);
  const waiting = [(await app.send(app.aName())).body, (await app.send(app.aName())).body];
  const [sent, arrived] = waiting.map(({ import_id }) => import_id);
  const fromS3 = { Records: [{ eventSource: 'aws:s3', s3: { object: { key: fileKey(arrived!), size: 3 } } }] };
  for (const message of [{ id: 'd1' }, { import_id: sent }, fromS3, { Service: 'Amazon S3', Event: 's3:TestEvent' }]) {
    await giveUp({ attempts, holds, now: app.now }, deadLetter.parse(message));
  }
  expect(ended).toEqual(['d1']);
  for (const { import_id, upload_id } of waiting) {
    expect(await app.stored(import_id)).toMatchObject({ status: 'failed', error_code: 'gave_up', due_at: null });
    expect(await app.told(`import:${upload_id}`)).toMatchObject([{ type: 'upload_failed' }]);
  }
  expect(deadLetter.safeParse({ hello: 1 }).success).toBe(false);
});
