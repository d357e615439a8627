import { Heap } from './heap.ts';

/** What of a message decides when it may be received. */
export type Queued = { seq: number; availableAt: number; groupId?: string | undefined };

/** The messages that may be received now, in the order their kind of queue gives them out. */
export type Backlog<M extends Queued> = {
  readonly size: number;
  add(message: M): void;
  /** Takes out the next messages; until `settle`, those after them in their group stay back. */
  take(max: number): M[];
  /** A taken message is gone, or about to be added again. */
  settle(message: M): void;
  /** Takes out a message that has not been taken. */
  remove(message: M): void;
};

/** Whoever became visible first is first. */
export function standardBacklog<M extends Queued>(): Backlog<M> {
  const visible = new Heap<M>(
    (a, b) => a.availableAt < b.availableAt || (a.availableAt === b.availableAt && a.seq < b.seq),
  );
  return {
    get size() {
      return visible.size;
    },
    add: (message) => visible.push(message),
    take(max) {
      const taken: M[] = [];
      while (taken.length < max) {
        const next = visible.pop();
        if (next === undefined) break;
        taken.push(next);
      }
      return taken;
    },
    settle() {},
    remove: (message) => visible.remove(message),
  };
}

type Group<M> = { id: string; messages: Heap<M>; taken: number };

/** In the order sent within each group; a group with a message taken gives no other until that one is settled. */
export function fifoBacklog<M extends Queued>(): Backlog<M> {
  const groups = new Map<string, Group<M>>();
  const ready = new Heap<Group<M>>((a, b) => (a.messages.peek()?.seq ?? 0) < (b.messages.peek()?.seq ?? 0));
  let size = 0;

  function groupOf(message: M): Group<M> {
    const id = message.groupId ?? '';
    const group = groups.get(id) ?? { id, messages: new Heap<M>((a, b) => a.seq < b.seq), taken: 0 };
    groups.set(id, group);
    return group;
  }

  function place(group: Group<M>): void {
    ready.remove(group);
    if (group.taken === 0 && group.messages.size > 0) ready.push(group);
    if (group.taken === 0 && group.messages.size === 0) groups.delete(group.id);
  }

  return {
    get size() {
      return size;
    },
    add(message) {
      const group = groupOf(message);
      ready.remove(group);
      group.messages.push(message);
      size += 1;
      place(group);
    },
    take(max) {
      const taken: M[] = [];
      while (taken.length < max) {
        const group = ready.pop();
        if (group === undefined) break;
        for (let next = group.messages.peek(); next !== undefined && taken.length < max; next = group.messages.peek()) {
          group.messages.remove(next);
          group.taken += 1;
          taken.push(next);
        }
      }
      size -= taken.length;
      return taken;
    },
    settle(message) {
      const group = groupOf(message);
      group.taken -= 1;
      place(group);
    },
    remove(message) {
      const group = groupOf(message);
      ready.remove(group);
      group.messages.remove(message);
      size -= 1;
      place(group);
    },
  };
}
