/** A priority queue whose items can also be removed or re-ordered from the middle: every operation is O(log n). */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #positions = new Map<T, number>();
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  has(item: T): boolean {
    return this.#positions.has(item);
  }

  push(item: T): void {
    this.#place(item, this.#items.length);
    this.#rise(this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(item: T): void {
    const position = this.#positions.get(item);
    const last = this.#items.pop();
    if (position === undefined || last === undefined) {
      if (last !== undefined) this.#items.push(last);
      return;
    }
    this.#positions.delete(item);
    if (last === item) return;
    this.#place(last, position);
    this.#settle(last);
  }

  /** Must be called after what orders the item has changed. */
  update(item: T): void {
    if (this.#positions.has(item)) this.#settle(item);
  }

  values(): Iterable<T> {
    return this.#items;
  }

  clear(): void {
    this.#items.length = 0;
    this.#positions.clear();
  }

  #settle(item: T): void {
    this.#rise(this.#positions.get(item) ?? 0);
    this.#sink(this.#positions.get(item) ?? 0);
  }

  #place(item: T, position: number): void {
    this.#items[position] = item;
    this.#positions.set(item, position);
  }

  #rise(start: number): void {
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!this.#swapIfBefore(position, parent)) return;
      position = parent;
    }
  }

  #sink(start: number): void {
    let position = start;
    for (;;) {
      const left = 2 * position + 1;
      const right = left + 1;
      const first = this.#isBefore(right, left) ? right : left;
      if (!this.#swapIfBefore(first, position)) return;
      position = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const itemA = this.#items[a];
    const itemB = this.#items[b];
    return itemA !== undefined && itemB !== undefined && this.#before(itemA, itemB);
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const low = this.#items[lower];
    const up = this.#items[upper];
    if (low === undefined || up === undefined || !this.#before(low, up)) return false;
    this.#place(low, upper);
    this.#place(up, lower);
    return true;
  }
}
