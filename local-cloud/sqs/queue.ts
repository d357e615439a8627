import { fifoBacklog, standardBacklog } from './backlog.ts';
import { Deduplication, rememberedOf } from './deduplication.ts';
import { checkDraft, composeMessage, type Draft, received, type Received } from './message.ts';
import { MessageIndex } from './message-index.ts';
import { type Definition, type Entry, type QueueLog, type Recovered, type StoredMessage } from './queue-log.ts';
import { type QueueSettings, queueArn, readSettings } from './queue-settings.ts';
import { parseReceiptHandle, receiptHandle } from './receipt-handle.ts';
import { Receivers } from './receivers.ts';
import { invalidValue, SqsError } from './sqs-error.ts';

const MAX_VISIBILITY_MS = 43_200_000;
const MAX_IN_FLIGHT = 120_000;

export type Sent = Pick<StoredMessage, 'id' | 'seq'>;
export type ReceiveOptions = {
  max: number;
  /** The queue's own when not given, as is the visibility. */
  waitMs?: number | undefined;
  visibilityMs?: number | undefined;
  signal?: AbortSignal | undefined;
};
type QueueDeps = { log: QueueLog; now: () => number; findQueue: (arn: string) => Queue | undefined };

/** One queue: its journal is the truth, its memory only the order in which messages come up. */
export class Queue {
  readonly #log: QueueLog;
  readonly #now: () => number;
  readonly #findQueue: (arn: string) => Queue | undefined;
  readonly #index: MessageIndex;
  readonly #deduplication = new Deduplication();
  readonly #receivers = new Receivers<Received>({
    take: (wanted) => this.#take(wanted),
    dueInMs: () => this.#index.dueInMs(this.#now()),
  });
  #definition: Definition;
  #settings: QueueSettings;
  #nextSeq: number;

  constructor(deps: QueueDeps, recovered: Recovered) {
    this.#log = deps.log;
    this.#now = deps.now;
    this.#findQueue = deps.findQueue;
    this.#definition = recovered.definition;
    this.#settings = readSettings(recovered.definition.attributes);
    this.#nextSeq = recovered.nextSeq;
    this.#index = new MessageIndex(this.#settings.fifo ? fifoBacklog() : standardBacklog());
    this.#deduplication.remember(recovered.remembered);
    for (const entry of recovered.entries) this.#index.add(entry, this.#now());
    this.#compactIfWorthwhile();
  }

  get definition(): Definition {
    return this.#definition;
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  define(change: Partial<Pick<Definition, 'attributes' | 'tags' | 'modifiedAt'>>): void {
    const definition = { ...this.#definition, ...change };
    this.#log.define(definition, this.#nextSeq);
    this.#definition = definition;
    this.#settings = readSettings(definition.attributes);
  }

  /** Stores all of the messages or none; what it returns for is on record. Throws SqsError. */
  send(drafts: Draft[]): Sent[] {
    for (const draft of drafts) checkDraft(draft, this.#settings);
    const now = this.#now();
    const messages = drafts.map((draft, index) => composeMessage(draft, this.#settings, this.#nextSeq + index, now));
    const { fresh, sent } = this.#deduplication.sift(messages, now);
    if (fresh.length > 0) this.#store(fresh);
    return sent;
  }

  /** Takes over a message from another queue; the second time, nothing happens. */
  accept(message: StoredMessage): void {
    if (this.#index.find(message.id) !== undefined) return;
    const { deduplicationKey: _, ...rest } = message;
    this.#store([{ ...rest, seq: this.#nextSeq, availableAt: this.#now() }]);
  }

  /** At once what is there; or, when nothing is, the first messages that come while the caller waits. */
  async receive(options: ReceiveOptions): Promise<Received[]> {
    if (options.signal?.aborted === true) return [];
    const messages = this.#take(options);
    const waitMs = options.waitMs ?? this.#settings.waitMs;
    if (messages.length === 0 && waitMs === 0 && !this.#settings.fifo && this.#index.counts().inFlight >= MAX_IN_FLIGHT)
      throw new SqsError('OverLimit', 'Too many messages in flight.');
    if (messages.length > 0 || waitMs === 0) return messages;
    return this.#receivers.wait(options, waitMs);
  }

  /** Deletes what was received; nothing happens when the receipt is no longer the newest. Throws SqsError. */
  delete(handle: string): void {
    const entry = this.#receivedWith(handle);
    if (entry === undefined) return;
    if (this.#settings.fifo && entry.state !== 'in flight')
      throw invalidValue('ReceiptHandle', handle, 'The receipt handle has expired.');
    this.#discard([entry]);
    this.#receivers.serve();
  }

  changeVisibility(handle: string, seconds: number): void {
    const entry = this.#receivedWith(handle);
    if (entry === undefined)
      throw invalidValue(
        'ReceiptHandle',
        handle,
        'Message does not exist or is not available for visibility timeout change.',
      );
    if (entry.state !== 'in flight')
      throw new SqsError('MessageNotInflight', 'The message referred to is not in flight.');
    const until = this.#now() + seconds * 1000;
    if (until - entry.receivedAt > MAX_VISIBILITY_MS)
      throw invalidValue(
        'VisibilityTimeout',
        seconds,
        'Total VisibilityTimeout for the message is beyond the limit [43200 seconds].',
      );
    this.#index.reschedule(entry, until);
    this.#receivers.serve();
  }

  purge(): void {
    this.#log.purged(this.#nextSeq);
    for (const entry of this.#index.entries()) this.#index.remove(entry);
    this.#compactIfWorthwhile();
  }

  counts(): ReturnType<MessageIndex['counts']> {
    this.#advance();
    return this.#index.counts();
  }

  /** Gives up to `max` visible messages away, in order; returns how many. */
  moveOut(max: number, give: (message: StoredMessage) => void): number {
    this.#advance();
    const taken = this.#index.take(max);
    this.#orPutBack(taken, () => {
      for (const entry of taken) give(this.#log.read(entry));
      this.#discard(taken);
    });
    return taken.length;
  }

  /** Answers whoever waits with nothing, and closes the journal. */
  close(): void {
    this.#receivers.dismiss();
    this.#log.close();
  }

  #store(messages: StoredMessage[]): void {
    const now = this.#now();
    for (const entry of this.#log.sent(messages)) {
      this.#nextSeq = entry.seq + 1;
      this.#index.add(entry, now);
    }
    this.#deduplication.remember(messages.map(rememberedOf));
    this.#receivers.serve();
  }

  #take({ max, visibilityMs }: Pick<ReceiveOptions, 'max' | 'visibilityMs'>): Received[] {
    this.#advance();
    const entries: Entry[] = [];
    while (entries.length < Math.min(max, MAX_IN_FLIGHT - this.#index.counts().inFlight)) {
      const taken = this.#index.take(max - entries.length);
      if (taken.length === 0) break;
      for (const entry of taken) if (!this.#deadLettered(entry)) entries.push(entry);
    }
    if (entries.length === 0) return [];
    return this.#orPutBack(entries, () => this.#give(entries, visibilityMs ?? this.#settings.visibilityMs));
  }

  #give(entries: Entry[], visibilityMs: number): Received[] {
    const now = this.#now();
    const messages = entries.map((entry) => this.#log.read(entry));
    this.#log.received(entries.map((entry) => [entry.seq, entry.receiveCount + 1, entry.firstReceivedAt || now]));
    for (const entry of entries) {
      entry.receiveCount += 1;
      entry.firstReceivedAt ||= now;
      entry.receivedAt = now;
      this.#index.fly(entry, now + visibilityMs);
    }
    this.#compactIfWorthwhile();
    return entries.map((entry, index) => {
      const handle = receiptHandle(this.#definition.name, { messageId: entry.id, receiveCount: entry.receiveCount });
      return received(messages[index] ?? this.#log.read(entry), {
        ...entry,
        receiptHandle: handle,
        fifo: this.#settings.fifo,
      });
    });
  }

  /** A message received too often goes to the dead-letter queue instead of its receiver, if that queue exists. */
  #deadLettered(entry: Entry): boolean {
    const { redrive } = this.#settings;
    if (redrive === undefined || entry.receiveCount < redrive.maxReceiveCount) return false;
    const deadLetters = this.#findQueue(redrive.deadLetterArn);
    if (deadLetters === undefined || deadLetters === this) return false;
    this.#orPutBack([entry], () => {
      const message = this.#log.read(entry);
      deadLetters.accept({ ...message, sourceArn: queueArn(this.#definition.name) });
      this.#discard([entry]);
    });
    return true;
  }

  /** A full disk must not make taken messages unreachable. */
  #orPutBack<T>(taken: Entry[], step: () => T): T {
    try {
      return step();
    } catch (error) {
      for (const entry of taken) if (entry.state === 'taken') this.#index.putBack(entry);
      throw error;
    }
  }

  #receivedWith(handle: string): Entry | undefined {
    const receipt = parseReceiptHandle(this.#definition.name, handle);
    this.#advance();
    const entry = this.#index.find(receipt.messageId);
    return entry?.receiveCount === receipt.receiveCount ? entry : undefined;
  }

  #discard(entries: Entry[]): void {
    this.#log.deleted(entries.map(({ seq }) => seq));
    for (const entry of entries) this.#index.remove(entry);
    this.#compactIfWorthwhile();
  }

  #advance(): void {
    const now = this.#now();
    const expired = this.#index.expire(now - this.#settings.retentionMs);
    if (expired.length > 0) this.#log.deleted(expired.map(({ seq }) => seq));
    this.#index.advance(now);
  }

  #compactIfWorthwhile(): void {
    this.#log.compactIfWorthwhile(this.#index.bytes, () => ({
      definition: this.#definition,
      nextSeq: this.#nextSeq,
      entries: this.#index.entries(),
      remembered: this.#deduplication.values(),
    }));
  }
}
