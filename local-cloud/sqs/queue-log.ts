import * as z from 'zod';
import { type Remembered, rememberedOf } from './deduplication.ts';
import { Journal, type Place } from './journal.ts';
import { messageAttribute } from './message-attributes.ts';

const WORTH_COMPACTING = 1 << 20;

const definition = z.object({
  type: z.literal('queue'),
  name: z.string(),
  attributes: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  createdAt: z.number(),
  modifiedAt: z.number(),
  nextSeq: z.number(),
});
const storedMessage = z.object({
  type: z.literal('sent'),
  seq: z.number(),
  id: z.string(),
  body: z.string(),
  attributes: z.record(z.string(), messageAttribute).optional(),
  traceHeader: z.string().optional(),
  sentAt: z.number(),
  availableAt: z.number(),
  groupId: z.string().optional(),
  deduplicationId: z.string().optional(),
  deduplicationKey: z.string().optional(),
  sourceArn: z.string().optional(),
});
const record = z.discriminatedUnion('type', [
  definition,
  storedMessage,
  z.object({ type: z.literal('received'), receives: z.array(z.tuple([z.number(), z.number(), z.number()])) }),
  z.object({ type: z.literal('deleted'), seqs: z.array(z.number()) }),
  z.object({ type: z.literal('purged'), before: z.number() }),
  z.object({
    type: z.literal('remembered'),
    message: z.object({ key: z.string(), id: z.string(), seq: z.number(), until: z.number() }),
  }),
]);

/** What a queue is, apart from its messages. */
export type Definition = Omit<z.infer<typeof definition>, 'type' | 'nextSeq'>;
export type StoredMessage = Omit<z.infer<typeof storedMessage>, 'type'>;
/** A message in memory: everything but its content. */
export type Entry = {
  seq: number;
  id: string;
  place: Place;
  sentAt: number;
  availableAt: number;
  groupId: string | undefined;
  receiveCount: number;
  firstReceivedAt: number;
  receivedAt: number;
  state: 'delayed' | 'visible' | 'taken' | 'in flight';
};
/** What a journal says the queue was when its process ended. */
export type Recovered = {
  definition: Definition;
  nextSeq: number;
  entries: Entry[];
  remembered: Remembered[];
};

/** What happened to one queue, in its journal: the truth its memory is rebuilt from. */
export class QueueLog {
  readonly #journal: Journal;
  #compactedSize = 0;

  constructor(path: string) {
    this.#journal = new Journal(path);
  }

  /** Null: the queue's creation was never finished. */
  recover(now: number): Recovered | null {
    let latest: Definition | undefined;
    let nextSeq = 1;
    const entries = new Map<number, Entry>();
    const remembered: (Remembered | null)[] = [];
    this.#journal.replay((line, place) => {
      const parsed = parseLine(line);
      if (parsed === undefined) {
        console.warn(
          `sqs: an unreadable line in the journal of ${latest?.name ?? 'a queue'} at byte ${place.offset} was skipped`,
        );
        return;
      }
      switch (parsed.type) {
        case 'queue':
          latest = parsed;
          nextSeq = Math.max(nextSeq, parsed.nextSeq);
          break;
        case 'sent':
          entries.set(parsed.seq, entryOf(parsed, place));
          nextSeq = Math.max(nextSeq, parsed.seq + 1);
          remembered.push(rememberedOf(parsed));
          break;
        case 'received':
          for (const [seq, receiveCount, firstReceivedAt] of parsed.receives) {
            const entry = entries.get(seq);
            if (entry !== undefined) Object.assign(entry, { receiveCount, firstReceivedAt });
          }
          break;
        case 'deleted':
          for (const seq of parsed.seqs) entries.delete(seq);
          break;
        case 'purged':
          for (const seq of entries.keys()) if (seq < parsed.before) entries.delete(seq);
          break;
        case 'remembered':
          remembered.push(parsed.message);
          break;
      }
    });
    return latest === undefined
      ? null
      : {
          definition: latest,
          nextSeq,
          entries: [...entries.values()],
          remembered: remembered.flatMap((message) => (message !== null && message.until > now ? [message] : [])),
        };
  }

  define(queue: Definition, nextSeq: number): void {
    this.#journal.append([definitionLine(queue, nextSeq)]);
  }

  sent(messages: StoredMessage[]): Entry[] {
    const places = this.#journal.append(messages.map((message) => JSON.stringify({ type: 'sent', ...message })));
    return messages.flatMap((message, index) => {
      const place = places[index];
      return place === undefined ? [] : [entryOf(message, place)];
    });
  }

  received(receives: [seq: number, receiveCount: number, firstReceivedAt: number][]): void {
    this.#journal.append([JSON.stringify({ type: 'received', receives })]);
  }

  deleted(seqs: number[]): void {
    this.#journal.append([JSON.stringify({ type: 'deleted', seqs })]);
  }

  purged(before: number): void {
    this.#journal.append([JSON.stringify({ type: 'purged', before })]);
  }

  read(entry: Entry): StoredMessage {
    const parsed = parseLine(this.#journal.read(entry.place));
    if (parsed?.type !== 'sent') throw new Error(`the journal has no message at byte ${entry.place.offset}`);
    return parsed;
  }

  /** Writes the journal anew with only what still counts, once that is less than half of it and the work is paid for. */
  compactIfWorthwhile(liveBytes: number, state: () => Recovered): void {
    const { size } = this.#journal;
    if (size < WORTH_COMPACTING || size < 2 * this.#compactedSize || liveBytes * 2 > size) return;
    const { definition, nextSeq, entries, remembered } = state();
    const places = this.#journal.rewrite(compactLines(definition, nextSeq, entries, remembered));
    for (const [index, entry] of entries.entries()) entry.place = places[index] ?? entry.place;
    this.#compactedSize = this.#journal.size;
  }

  close(): void {
    this.#journal.close();
  }
}

function entryOf(message: StoredMessage, place: Place): Entry {
  const { seq, id, sentAt, availableAt, groupId } = message;
  return {
    seq,
    id,
    place,
    sentAt,
    availableAt,
    groupId,
    receiveCount: 0,
    firstReceivedAt: 0,
    receivedAt: 0,
    state: 'delayed',
  };
}

/** The messages come first, so that their places are the first ones. */
function* compactLines(
  definition: Definition,
  nextSeq: number,
  entries: Entry[],
  remembered: Remembered[],
): Iterable<string | Place> {
  for (const entry of entries) yield entry.place;
  yield definitionLine(definition, nextSeq);
  for (const message of remembered) yield JSON.stringify({ type: 'remembered', message });
  for (const entry of entries)
    if (entry.receiveCount > 0)
      yield JSON.stringify({ type: 'received', receives: [[entry.seq, entry.receiveCount, entry.firstReceivedAt]] });
}

function definitionLine(queue: Definition, nextSeq: number): string {
  return JSON.stringify({ ...queue, type: 'queue', nextSeq });
}

function parseLine(line: string): z.infer<typeof record> | undefined {
  try {
    return record.parse(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
