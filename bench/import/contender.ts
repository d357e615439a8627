import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { parse } from 'csv-parse';
import { detectDialect, SAMPLE_BYTES } from '../../src/imports/detect-dialect.ts';
import { parseRow } from '../../src/imports/parse-row.ts';
import { readRows } from '../../src/imports/read-rows.ts';
import { parseDate } from '../../test/support/read-csv.ts';

// One reading of one file by one contender in a process of its own; prints its rows, seconds, CPU and memory as JSON.
const [name = '', path = ''] = process.argv.slice(2);

async function dialectOf() {
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
  const { size } = await file.stat();
  await file.close();
  const detected = detectDialect(buffer.subarray(0, bytesRead), size);
  if (detected.kind === 'failure') throw new Error(detected.code);
  return detected.dialect;
}

/** What it costs at least: every cell cut by the library, with the byte offsets an import needs. */
async function* csvParse(): AsyncGenerator<boolean> {
  const parser = createReadStream(path).pipe(parse({ info: true, relax_column_count: true, from_line: 2 }));
  for await (const _record of parser) yield true;
}

async function* read(): AsyncGenerator<boolean> {
  const dialect = await dialectOf();
  for await (const row of readRows(createReadStream(path, { start: dialect.rows_from }), dialect))
    yield row.kind === 'row';
}

async function* readAndParse(): AsyncGenerator<boolean> {
  const dialect = await dialectOf();
  const deps = { dialect, parseDate, language: 'pt' } as const;
  for await (const row of readRows(createReadStream(path, { start: dialect.rows_from }), dialect))
    yield parseRow(deps, row).kind === 'event';
}

const contenders: Record<string, () => AsyncGenerator<boolean>> = {
  'csv-parse': csvParse,
  read,
  'read and parse': readAndParse,
};
const contender = contenders[name];
if (contender === undefined) throw new Error(`no contender is called ${name}`);

const idle = process.memoryUsage().rss;
const cpuBefore = process.cpuUsage();
const started = performance.now();
let good = 0;
let bad = 0;
let peak = idle;
for await (const isGood of contender()) {
  if (isGood) good += 1;
  else bad += 1;
  if ((good + bad) % 1000 === 0) peak = Math.max(peak, process.memoryUsage().rss);
}
const { user, system } = process.cpuUsage(cpuBefore);
const seconds = (performance.now() - started) / 1000;
console.log(JSON.stringify({ good, bad, seconds, cpuSeconds: (user + system) / 1e6, rssMb: (peak - idle) / 1e6 }));
