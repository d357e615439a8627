import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { parse } from 'csv-parse';
import type { Dialect } from '../../contract/dialect.ts';
import { uploadsBucket } from '../../src/aws/uploads-bucket.ts';
import { detectDialect, SAMPLE_BYTES } from '../../src/imports/detect-dialect.ts';
import { fileChunks } from '../../src/imports/file-chunks.ts';
import { gatherBatch, MOST_ROWS } from '../../src/imports/gather-batch.ts';
import { readEntry } from '../../src/imports/read-entry.ts';
import { firstPlace, readRows } from '../../src/imports/read-rows.ts';
import { s3Client } from '../../src/aws/s3-client.ts';
import { measure } from '../measure.ts';

// One reading of one file by one contender in a process of its own. The file is on disk, and in S3.
const [name = '', path = '', s3 = '', key = ''] = process.argv.slice(2);

async function beginning() {
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
  const { size } = await file.stat();
  await file.close();
  const detected = detectDialect(buffer.subarray(0, bytesRead), size);
  if (detected.kind === 'failure') throw new Error(detected.code);
  return { dialect: detected.dialect, size };
}

/** What it costs at least: every cell cut by the library, with the byte offsets an import needs. */
async function* csvParse(): AsyncGenerator<boolean> {
  const parser = createReadStream(path).pipe(parse({ info: true, relax_column_count: true, from_line: 2 }));
  for await (const _record of parser) yield true;
}

async function* read(): AsyncGenerator<boolean> {
  const { dialect } = await beginning();
  for await (const row of readRows(createReadStream(path, { start: dialect.rows_from }), dialect))
    yield row.kind === 'row';
}

async function* readAndCheck(): AsyncGenerator<boolean> {
  const { dialect } = await beginning();
  yield* checked(createReadStream(path, { start: dialect.rows_from }), dialect);
}

/** As the worker reads: by ranges, in batches, with a pause behind each in which it would write. */
async function* readAndCheckFromS3(): AsyncGenerator<boolean> {
  const { dialect, size } = await beginning();
  const files = uploadsBucket(s3Client({ endpoint: s3 }), 'media');
  const { etag = '' } = (await files.head(key)) ?? {};
  const range = { key, etag, start: dialect.rows_from, end: size };
  yield* checked(fileChunks(files, range, new AbortController().signal), dialect);
}

async function* checked(chunks: AsyncIterable<Uint8Array>, dialect: Dialect): AsyncGenerator<boolean> {
  const as = { dialect, owner: 'anonymous', timeZone: 'America/Sao_Paulo' };
  const rows = readRows(chunks, dialect);
  let [place, isLast] = [firstPlace(dialect), false];
  while (!isLast) {
    const batch = await gatherBatch(rows, place, MOST_ROWS, (row) => readEntry(as, row));
    for (const { kind } of batch.entries) yield kind === 'event';
    [place, isLast] = [batch.place, batch.last];
    await setImmediate();
  }
}

const contenders: Record<string, () => AsyncGenerator<boolean>> = {
  'csv-parse': csvParse,
  read,
  'read and check': readAndCheck,
  'read and check, from S3': readAndCheckFromS3,
};
const contender = contenders[name];
if (contender === undefined) throw new Error(`no contender is called ${name}`);

await measure(async () => {
  const counts = { good: 0, bad: 0 };
  for await (const isGood of contender()) counts[isGood ? 'good' : 'bad'] += 1;
  return counts;
});
process.exit(0);
