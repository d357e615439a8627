/** A function that does chores side by side. One that fails keeps no other from being done; the function fails when all have ended. */
export function chores(...each: (() => Promise<unknown>)[]) {
  return async (): Promise<void> => {
    const results = await Promise.allSettled(each.map((chore) => chore()));
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (reasons.length > 0) throw new AggregateError(reasons, 'chores failed; the next run tries again');
  };
}
