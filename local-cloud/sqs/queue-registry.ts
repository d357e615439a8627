import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT_ID } from '../aws-request.ts';
import { Queue } from './queue.ts';
import { QueueLog, type Recovered } from './queue-log.ts';
import { type QueueAttributes, queueArn } from './queue-settings.ts';
import { SqsError } from './sqs-error.ts';

const NAME = /^[A-Za-z0-9_-]{1,80}$/;
const SUFFIX = '.journal';

/** All queues by name; each has one journal in the directory. */
export class QueueRegistry {
  readonly #dir: string;
  readonly #url: () => string;
  readonly #queues = new Map<string, Queue>();
  readonly now: () => number;

  constructor(options: { dir: string; url: () => string; now: () => number }) {
    this.#dir = options.dir;
    this.#url = options.url;
    this.now = options.now;
    mkdirSync(this.#dir, { recursive: true });
    for (const file of readdirSync(this.#dir).filter((name) => name.endsWith(SUFFIX)))
      this.#reopen(join(this.#dir, file));
  }

  /** Throws SqsError `QueueDoesNotExist`. */
  get(name: string): Queue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  find(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  findByArn(arn: string): Queue | undefined {
    const name = arn.slice(arn.lastIndexOf(':') + 1);
    return arn === queueArn(name) ? this.#queues.get(name) : undefined;
  }

  /** The queue that a QueueUrl stands for, whatever host it names. Throws SqsError. */
  byUrl(url: string): Queue {
    const [, name] = /^https?:\/\/[^/]+\/\d{12}\/([^/?#]+)$/.exec(url) ?? [];
    if (name === undefined)
      throw new SqsError('InvalidAddress', `The address ${url.slice(0, 200)} is not valid for this endpoint.`);
    return this.get(name);
  }

  /** By name. */
  all(): Queue[] {
    return [...this.#queues.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }

  url(name: string): string {
    return `${this.#url()}/${ACCOUNT_ID}/${name}`;
  }

  create(name: string, attributes: QueueAttributes, tags: Record<string, string>): Queue {
    if (!NAME.test(name.replace(/\.fifo$/, '')) || name.length > 80)
      throw new SqsError(
        'InvalidParameterValue',
        'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
      );
    const createdAt = this.now();
    const log = new QueueLog(this.#path(name));
    const definition = { name, attributes, tags, createdAt, modifiedAt: createdAt };
    log.define(definition, 1);
    return this.#open(log, { definition, nextSeq: 1, entries: [], remembered: [] });
  }

  delete(name: string): void {
    this.get(name).close();
    this.#queues.delete(name);
    rmSync(this.#path(name), { force: true });
  }

  close(): void {
    for (const queue of this.#queues.values()) queue.close();
    this.#queues.clear();
  }

  #open(log: QueueLog, recovered: Recovered): Queue {
    const queue = new Queue({ log, now: this.now, findQueue: (arn) => this.findByArn(arn) }, recovered);
    this.#queues.set(recovered.definition.name, queue);
    return queue;
  }

  #reopen(path: string): void {
    const log = new QueueLog(path);
    const recovered = log.recover(this.now());
    if (recovered !== null) this.#open(log, recovered);
    else {
      log.close();
      rmSync(path);
    }
  }

  /** The hash keeps apart names that differ only in case, on file systems that do not. */
  #path(name: string): string {
    return join(this.#dir, `${name}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}${SUFFIX}`);
  }
}
