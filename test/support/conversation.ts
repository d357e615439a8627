import { eventually, type Listener, type Message } from './listeners.ts';

/** What somebody hears first after saying this. */
export async function answerTo(listener: Listener, said: object | string): Promise<Message> {
  const before = listener.heard.length;
  listener.send(typeof said === 'string' ? said : JSON.stringify(said));
  await listener.until(() => listener.heard.length > before);
  return listener.heard[before]!;
}

/** Everything of one type that was heard. */
export const heardOf = (listener: Listener, type: string): Message[] =>
  listener.heard.filter((message) => message.type === type);

/** Waits until so many of one type were heard, and answers with all of them. */
export async function untilHeard(listener: Listener, type: string, count: number): Promise<Message[]> {
  await listener.until(() => heardOf(listener, type).length >= count);
  return heardOf(listener, type);
}

/** Waits until it answers a ping, however many of its messages are still ignored for being too many. */
export async function untilAnswering(listener: Listener): Promise<void> {
  let said = 0;
  await eventually(async () => {
    said += 1;
    const timestamp = `still there ${said}?`;
    listener.send(JSON.stringify({ type: 'ping', timestamp }));
    await new Promise((resolve) => setTimeout(resolve, 500));
    return listener.heard.some((message) => message['timestamp'] === timestamp) ? true : undefined;
  });
}
