import { GetObjectCommand } from '@aws-sdk/client-s3';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { parse } from 'csv-parse';
import { Readable } from 'node:stream';
import * as z from 'zod';
import { s3Client } from '../../src/aws/s3-client.ts';
import { uploadsBucket } from '../../src/aws/uploads-bucket.ts';
import { newEventId } from '../../src/events/event.ts';
import { holdsTable } from '../../src/imports/holds/table.ts';
import { fileKey } from '../../src/imports/import.ts';
import { runImport } from '../../src/imports/run-import.ts';
import { importsTable } from '../../src/imports/table.ts';
import { documentClient } from '../../test/support/tables.ts';
import { measure } from '../measure.ts';

// One file's rows written by one contender in a process of its own, from S3 into tables.
const given = z.object({
  s3: z.string(),
  dynamodb: z.string(),
  id: z.string(),
  names: z.object({ events: z.string(), news: z.string() }),
});
const { s3, dynamodb, id, names } = given.parse(JSON.parse(process.argv[3] ?? ''));
const client = s3Client({ endpoint: s3 });
const db = documentClient(dynamodb);

async function fastTrack(): Promise<Record<string, number>> {
  const [imports, holds] = [importsTable(db, names), holdsTable(db, names)];
  let checkpoints = 0;
  const write: typeof holds.write = async (hold, change, now) => {
    await holds.write(hold, change, now);
    checkpoints += 1;
  };
  const app = {
    imports,
    holds: { ...holds, write },
    files: uploadsBucket(client, 'media'),
    queue: { send: () => Promise.resolve() },
    db,
    names,
    newId: newEventId,
    now: () => new Date(),
  };
  const delivery = { hide: () => Promise.resolve() };
  await runImport(app, { import_id: id, arrived: true }, delivery, () => 10 * 3_600_000);
  return { created: (await imports.get(id))?.rows.created ?? 0, checkpoints };
}

const IN_FLIGHT = 25;

/** What most people would write: a put a row, unless there is one like it, so many at a time. */
async function plainLoop(): Promise<Record<string, number>> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'media', Key: fileKey(id) }));
  const file = z.instanceof(Readable).parse(Body);
  const records = file.pipe(parse({ columns: true })).iterator();
  let created = 0;
  const worker = async () => {
    for (;;) {
      const { done, value } = await records.next();
      if (done === true) return;
      const row = z.record(z.string(), z.string()).parse(value);
      const pk = `${row['title']}#${row['event_date']}#${row['city']}`;
      const Item = { ...row, pk, local_info: JSON.parse(row['local_info'] ?? '') };
      const put = new PutCommand({ TableName: names.events, Item, ConditionExpression: 'attribute_not_exists(pk)' });
      try {
        await db.send(put);
        created += 1;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return { created };
}

await measure(process.argv[2] === 'FastTrack' ? fastTrack : plainLoop);
process.exit(0);
