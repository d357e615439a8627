import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineProgram } from '../local-cloud/dynamodb/engine-program.ts';

/*
 * Makes `local-cloud/dynamodb/empty.sqlite`, which a new data directory begins with: what the engine makes by itself, and indexes of the
 * stream's records, which it does not. Without them each write to a table with a stream, and each look at the stream, reads all
 * that the stream ever told. Again with a new version of the engine; needs the program `sqlite3`.
 */
const INDEXES = `
  CREATE INDEX stream_records_by_number ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
  CREATE INDEX stream_records_of_shard ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER));
  CREATE INDEX stream_records_bounds ON _stream_records (table_name, shard_id, sequence_number);
  PRAGMA wal_checkpoint(TRUNCATE);
  PRAGMA journal_mode = DELETE;
  VACUUM;`;

const target = path.resolve('local-cloud/dynamodb/empty.sqlite');
const dir = await mkdtemp(path.join(tmpdir(), 'empty-database-'));
const database = path.join(dir, 'dynamodb.sqlite');
const engine = spawn(engineProgram(), ['--port', '0', '--db-path', database], { stdio: 'inherit' });
await sleep(1000);
engine.kill('SIGTERM');
await once(engine, 'exit');
execFileSync('sqlite3', [database, INDEXES], { stdio: 'inherit' });
await rm(target, { force: true });
execFileSync('sqlite3', [database, `VACUUM INTO '${target}'`], { stdio: 'inherit' });
await rm(dir, { recursive: true });
