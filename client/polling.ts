import { alarmClock, backOff } from './back-off.ts';
import type { Settings } from './settings.ts';

type Hears = {
  answer(body: unknown): void;
  /** `status` 0: no answer came. */
  failed(status: number): void;
};

/** Asks again and again, less often while nothing is answered; returns what ends it. */
export function poll(url: string, hears: Hears, settings: Settings): () => void {
  const { pollEachMs, longestWaitMs } = settings.timing;
  const clock = alarmClock();
  let stopped = false;

  async function keepAsking(): Promise<void> {
    for (let failures = 0; ;) {
      const { status, body } = await ask(url, settings);
      if (stopped) return;
      failures = status === 200 ? 0 : failures + 1;
      if (status === 200) hears.answer(body);
      else hears.failed(status);
      await clock.sleep(pollEachMs + (failures === 0 ? 0 : backOff(failures, longestWaitMs)));
      if (stopped) return;
    }
  }

  void keepAsking();
  return () => {
    stopped = true;
    clock.ring();
  };
}

async function ask(url: string, { fetch, timing }: Settings): Promise<{ status: number; body: unknown }> {
  const signal = AbortSignal.timeout(timing.answerWithinMs);
  try {
    const answer = await fetch(url, { headers: { accept: 'application/json' }, cache: 'no-store', signal });
    return { status: answer.status, body: answer.ok ? await answer.json() : null };
  } catch {
    // No network, no server, no JSON, no answer in time: the next question may fare better.
    return { status: 0, body: null };
  }
}
