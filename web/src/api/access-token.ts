import { observable } from '../live/observable.ts';

const KEY = 'fasttrack-token';

/** The token that this deployment took from somebody here; forgotten when the tab is closed. */
export const accessToken = observable(sessionStorage.getItem(KEY) ?? '');
accessToken.subscribe(() => sessionStorage.setItem(KEY, accessToken.get()));

type Question = {
  /** A token was given, and the server did not take it. */
  wasRefused: boolean;
  /** Null: nobody here knows it. */
  answer: (token: string | null) => void;
};

/** What is to be asked of who sits here; it stays until the answer was tried. */
export const tokenQuestion = observable<Question | null>(null);
let asked: Promise<string | null> | null = null;

/** Does what may want the token: asks for it, and does it again, until one is taken or nobody knows it. */
export async function withToken<T extends { status: number }>(send: (token: string) => Promise<T>): Promise<T> {
  let token: string | null = accessToken.get();
  let answer = await send(token);
  while (answer.status === 401) {
    token = await ask(token !== '');
    if (token === null) return answer;
    try {
      answer = await send(token);
    } catch (error) {
      settle(null);
      throw error;
    }
    if (answer.status === 401) continue;
    settle(token);
    // Not before: with a wrong one even listening would be refused.
    accessToken.set(token);
  }
  return answer;
}

/** Those that want it at the same time share one question. */
async function ask(wasRefused: boolean): Promise<string | null> {
  asked ??= new Promise<string | null>((resolve) => tokenQuestion.set({ wasRefused, answer: resolve }));
  const token = await asked;
  asked = null;
  if (token === null) settle(null);
  return token;
}

/** Also for who has begun to ask meanwhile. */
function settle(token: string | null): void {
  const question = tokenQuestion.get();
  tokenQuestion.set(null);
  question?.answer(token);
}
