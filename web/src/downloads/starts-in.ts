/**
 * Seconds until the download at this place of the queue may start: when so many of the running ones have ended, and each has then
 * made room again by taking as long as the average. Null: nothing is known to reckon with.
 */
export function startsIn(place: number, running: readonly { eta: number | null }[], average: number): number | null {
  const ends = running.map(({ eta }) => eta ?? average).toSorted((a, b) => a - b);
  const abreast = Math.max(1, ends.length);
  const first = ends[(place - 1) % abreast] ?? average;
  const seconds = first + Math.floor((place - 1) / abreast) * average;
  return seconds > 0 ? seconds : null;
}
