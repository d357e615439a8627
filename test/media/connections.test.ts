import { expect, test } from 'vitest';
import { connections } from '../../src/media/connections.ts';

/** An origin whose speed depends on how many connections there are, over so many seconds. */
function over(seconds: number, speed: (connections: number) => number, settings = { usual: 8, most: 16 }) {
  let at = 0;
  const limits: number[] = [];
  const lanes = connections(settings, () => at);
  for (; at < seconds * 1_000; at += 50) {
    lanes.arrived(speed(lanes.limit()) / 20);
    if (limits.at(-1) !== lanes.limit()) limits.push(lanes.limit());
  }
  return limits;
}

test('an origin that throttles each connection gets more of them, up to the most', () => {
  expect(over(10, (n) => n * 4_000_000)).toEqual([8, 12, 16]);
  expect(over(10, (n) => n * 4_000_000, { usual: 3, most: 5 })).toEqual([3, 5]);
});

test('where more bring nothing the step is taken back, once and for all', () => {
  expect(over(60, () => 50_000_000)).toEqual([8, 12, 8]);
  expect(over(60, (n) => Math.min(n, 12) * 4_000_000)).toEqual([8, 12, 16, 12]);
});

test('a speed that swings does not make the number swing', () => {
  let turn = 0;
  const limits = over(120, () => ((turn += 1) % 60 < 30 ? 10_000_000 : 60_000_000));
  expect(limits.length).toBeLessThanOrEqual(4);
});

test('an origin that has enough gets half, and those refused together count once', () => {
  let at = 0;
  const lanes = connections({ usual: 8, most: 16 }, () => at);
  for (let n = 0; n < 8; n += 1) lanes.refused();
  expect(lanes.limit()).toBe(4);
  at += 1_000;
  lanes.refused();
  expect(lanes.limit()).toBe(2);
  for (at = 2_000; at < 20_000; at += 50) lanes.arrived(1e6);
  expect(lanes.limit()).toBe(2);
});

test('never more are under way than the limit, and each that leaves lets one in', async () => {
  const lanes = connections({ usual: 2, most: 2 });
  let inside = 0;
  const enter = async () => {
    await lanes.enter();
    inside += 1;
  };
  const all = [enter(), enter(), enter()];
  await Promise.all(all.slice(0, 2));
  expect(inside).toBe(2);
  lanes.leave();
  await Promise.all(all);
  expect(inside).toBe(3);
});
