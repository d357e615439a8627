import type { NotificationRule } from './bucket-settings.ts';
import { eventMessage, isWanted, type ObjectEvent, testMessage } from './notifications.ts';

/** Delivers a notification to a queue, function or topic. */
export type Notify = (targetArn: string, body: string) => Promise<void>;

export type ObjectChange = Omit<ObjectEvent, 'time' | 'sequencer'>;

export type Announcements = {
  listen(listener: (event: ObjectEvent) => void): void;
  /** Tells the listeners, and returns when every target that the rules name has taken the event or refused it for good. */
  announce(change: ObjectChange, rules: NotificationRule[]): Promise<void>;
  /** Sends S3's test message; throws when the target does not take it. */
  test(bucket: string, targetArn: string): Promise<void>;
};

const ATTEMPTS = 3;

export function openAnnouncements(now: () => Date, notify: Notify): Announcements {
  const listeners: ((event: ObjectEvent) => void)[] = [];
  const nextSequencer = sequencers(now);

  const deliver = async (targetArn: string, body: string, attempt = 1): Promise<void> => {
    try {
      await notify(targetArn, body);
    } catch (error) {
      if (attempt < ATTEMPTS) return deliver(targetArn, body, attempt + 1);
      console.error(`s3: ${targetArn} did not take an event:`, error);
    }
  };

  return {
    listen: (listener) => void listeners.push(listener),
    async announce(change, rules) {
      const event: ObjectEvent = { ...change, time: now().toISOString(), sequencer: nextSequencer() };
      for (const listener of listeners) listener(event);
      const wanted = rules.filter((rule) => isWanted(rule, event));
      await Promise.all(wanted.map((rule) => deliver(rule.targetArn, eventMessage(event, rule.id ?? rule.targetArn))));
    },
    test: (bucket, targetArn) => notify(targetArn, testMessage(bucket, now())),
  };
}

/** Sequencers that grow, over restarts too as long as the clock does. */
function sequencers(now: () => Date): () => string {
  let last = 0n;
  return () => {
    const next = BigInt(now().getTime()) << 16n;
    last = next > last ? next : last + 1n;
    return last.toString(16).toUpperCase().padStart(16, '0');
  };
}
