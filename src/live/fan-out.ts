import { log } from '../aws/log.ts';
import type { FanOutMessage } from '../channels/fan-out-message.ts';
import type { Measure } from '../channels/open-delivery.ts';
import { postTellings, type PostTellingsDeps } from '../channels/post-tellings.ts';
import type { ChannelsTable } from '../channels/table.ts';
import { onlyInforms, type Telling } from '../channels/telling.ts';

export type FanOutDeps = PostTellingsDeps & {
  channels: Pick<ChannelsTable, 'listenersIn' | 'leave'>;
  measure: Measure;
};

/**
 * Tells the listeners of partitions of big channels: partitions side by side, to each what came for it in order. Answers with the
 * messages whose listeners could not be read, or mostly not be reached.
 */
export async function fanOut(app: FanOutDeps, batch: FanOutMessage[]): Promise<FanOutMessage[]> {
  const partitions = new Map<string, FanOutMessage[]>();
  for (const message of batch) {
    const name = `${message.channel}#${message.partition}`;
    partitions.set(name, [...(partitions.get(name) ?? []), message]);
  }
  const failed = await Promise.all([...partitions.values()].map((messages) => tellPartition(app, messages)));
  return failed.flat();
}

async function tellPartition(app: FanOutDeps, messages: FanOutMessage[]): Promise<FanOutMessage[]> {
  const [first] = messages;
  if (first === undefined) return [];
  try {
    const listeners = await app.channels.listenersIn(first.channel, first.partition, app.now());
    const tellings = newestOf(messages.flatMap(({ tellings }) => tellings));
    const delivered = await postTellings(app, listeners, tellings);
    app.measure(delivered);
    if (delivered.failed <= delivered.sent) return [];
    throw new Error(`hardly any post is answered: ${delivered.failed} were not, ${delivered.sent} were`);
  } catch (error) {
    log.error('not told; to come again', { channel: first.channel, partition: first.partition, error });
    return messages;
  }
}

/** Of what only informs, the newest of its kind: while one batch was being told, several may have queued up. */
export function newestOf(tellings: readonly Telling[]): Telling[] {
  const last = new Map(tellings.map((telling, index) => [subjectOf(telling), index]));
  return tellings.filter((telling, index) => !onlyInforms(telling) || last.get(subjectOf(telling)) === index);
}

const subjectOf = ({ notification }: Telling): string =>
  notification.type === 'download_update' ? notification.download_id : notification.type;
