import type { Problem } from '../../../contract/problem.ts';

/** Why a request was not done. `status` 0: no answer came. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly status: number;
  readonly problem: Problem | null;
  constructor(status: number, problem: Problem | null, options?: ErrorOptions) {
    super(problem?.title ?? `The request failed with ${status}.`, options);
    this.status = status;
    this.problem = problem;
  }
}

/** What is wrong with each field, by its name. */
export function fieldErrors(failure: unknown): Record<string, string> {
  if (!(failure instanceof RequestFailed)) return {};
  return Object.fromEntries((failure.problem?.errors ?? []).map(({ field, message }) => [field, message]));
}
