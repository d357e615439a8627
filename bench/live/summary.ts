export type Summary = { messages: number; p50: number; p95: number; p99: number; max: number };

export function summaryOf(values: number[]): Summary {
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { messages: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
