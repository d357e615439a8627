import { expect, test } from 'vitest';
import { startsIn } from '../../web/src/downloads/starts-in.ts';

const running = [{ eta: 40 }, { eta: 10 }, { eta: null }];

test('the next starts when the first of the running ones ends, whose own estimate counts', () => {
  expect(startsIn(1, running, 30)).toBe(10);
});

test('one that does not know when it ends takes as long as the average', () => {
  expect([2, 3].map((place) => startsIn(place, running, 30))).toEqual([30, 40]);
});

test('who is further behind waits for those before it, too', () => {
  expect(startsIn(4, running, 30)).toBe(40);
  expect(startsIn(9, running, 30)).toBe(100);
});

test('before anything has ended the running ones alone are reckoned with; with nothing to reckon with, nothing is said', () => {
  expect(startsIn(1, [{ eta: 50 }], 0)).toBe(50);
  expect(startsIn(1, [], 0)).toBeNull();
  expect(startsIn(2, [], 30)).toBe(60);
});
