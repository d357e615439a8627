/** Calls what belongs to somebody else: what it throws is reported as uncaught, and breaks nothing here. */
export function callOut(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
