import { describe, expect, test } from 'vitest';
import { type FilterPattern, matchesFilter, parseFilterPattern } from './event-filter.ts';

type Case = [what: string, pattern: FilterPattern, matching: unknown[], other: unknown[]];

const cases: Case[] = [
  ['an exact value', { a: ['x', 1, true] }, [{ a: 'x' }, { a: 1 }, { a: true }], [{ a: 'y' }, { a: '1' }, {}]],
  ['null and the empty string', { a: [null, ''] }, [{ a: null }, { a: '' }], [{}, { a: 0 }]],
  ['one of the elements of a list', { a: ['x'] }, [{ a: ['w', 'x'] }], [{ a: ['w'] }, { a: [] }]],
  ['a nested key', { a: { b: { S: ['x'] } } }, [{ a: { b: { S: 'x' } } }], [{ a: { b: { N: 'x' } } }, { a: 'x' }, {}]],
  ['an object within a list', { a: { b: ['x'] } }, [{ a: [{ b: 'w' }, { b: 'x' }] }], [{ a: [{ b: 'w' }] }]],
  ['all of several keys', { a: ['x'], b: ['y'] }, [{ a: 'x', b: 'y' }], [{ a: 'x' }, { b: 'y' }]],
  ['existence', { a: [{ exists: true }] }, [{ a: 0 }, { a: null }], [{}]],
  ['absence', { a: [{ exists: false }] }, [{}, { b: 1 }], [{ a: 0 }]],
  ['absence within what is absent', { a: { b: [{ exists: false }] } }, [{}, { a: {} }], [{ a: { b: 1 } }]],
  ['a prefix', { a: [{ prefix: 'ab' }] }, [{ a: 'abc' }], [{ a: 'cab' }, { a: 1 }, {}]],
  ['a suffix', { a: [{ suffix: 'bc' }] }, [{ a: 'abc' }], [{ a: 'bca' }]],
  ['any case', { a: [{ 'equals-ignore-case': 'aBc' }] }, [{ a: 'AbC' }], [{ a: 'ab' }]],
  ['anything but a value', { a: [{ 'anything-but': 'x' }] }, [{ a: 'y' }, { a: 1 }], [{ a: 'x' }, {}]],
  ['anything but values', { a: [{ 'anything-but': ['x', 1] }] }, [{ a: 'y' }], [{ a: 'x' }, { a: 1 }]],
  ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'ab' } }] }, [{ a: 'xab' }], [{ a: 'abc' }, {}]],
  ['a number', { a: [{ numeric: ['=', 5] }] }, [{ a: 5 }, { a: 5.0 }], [{ a: 6 }, { a: '5' }]],
  ['a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, [{ a: 5 }, { a: 0.1 }], [{ a: 0 }, { a: 5.1 }]],
  [
    'one of several patterns',
    { c: [1], $or: [{ a: ['x'] }, { b: [{ exists: true }] }] },
    [
      { c: 1, a: 'x' },
      { c: 1, b: 0 },
    ],
    [{ c: 1 }, { a: 'x' }],
  ],
];

describe.each(cases)('%s', (_, pattern, matching, other) => {
  test.each(matching)('passes %j', (record) => expect(matchesFilter(pattern, record)).toBe(true));
  test.each(other)('does not pass %j', (record) => expect(matchesFilter(pattern, record)).toBe(false));
});

test.each([
  ['an unknown operator', { a: [{ wildcard: 'x*' }] }, /"wildcard" is not known/],
  ['one where no record would reach it', { a: ['never'], b: { c: [{ cidr: '10.0.0.0/8' }] } }, /"cidr" is not known/],
  ['one inside anything-but', { a: [{ 'anything-but': { suffix: 'x' } }] }, /"suffix" is not known/],
  ['an unknown comparison', { a: [{ numeric: ['!=', 5] }] }, /"!=" is not known/],
  ['a value outside a list', { a: 'x' }, /"a" must be a list/],
  ['a wrong operand', { a: [{ prefix: 5 }] }, /"prefix" takes a string/],
  ['two operators in one', { a: [{ prefix: 'a', suffix: 'b' }] }, /neither a value nor one operator/],
])('%s is refused by name', (_, pattern, message) => {
  expect(() => parseFilterPattern(JSON.stringify(pattern))).toThrow(message);
  expect(() => matchesFilter(pattern, {})).toThrow(message);
});
