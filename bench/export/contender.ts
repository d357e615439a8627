import { setTimeout as sleep } from 'node:timers/promises';
import { answerExport } from '../../src/events/export/answer-export.ts';
import { eventListing } from '../../src/events/listing/table.ts';
import { documentClient } from '../../test/support/tables.ts';
import { measure } from '../measure.ts';

// One export in a process of its own, to somebody who takes a moment over each piece.
const [format = '', dynamodb = '', table = ''] = process.argv.slice(2);
const PIECE_MS = 2;

await measure(async () => {
  const app = { eventListing: eventListing(documentClient(dynamodb), table), timeZone: 'America/Sao_Paulo' };
  const answer = answerExport(app, { query: { format }, language: null });
  if (!('chunks' in answer)) throw new Error(JSON.stringify(answer));
  const counts = { bytes: 0, events: 0 };
  for await (const piece of answer.chunks) {
    const text = typeof piece === 'string' ? piece : Buffer.from(piece).toString();
    counts.bytes += Buffer.byteLength(text);
    counts.events += text.split('Evento ').length - 1;
    await sleep(PIECE_MS);
  }
  return counts;
});
process.exit(0);
