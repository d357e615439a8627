import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

test('without a word everything has its usual place', () => {
  expect(readOptions([], {})).toEqual({
    fresh: false,
    demo: false,
    watch: false,
    help: false,
    context: {},
    environment: { PORT: 8000, AWS_PORT: 4566, DATA_DIR: '.local', HOST: '127.0.0.1' },
  });
});

test('flags, context and variables are taken', () => {
  const variables = { PORT: '8100', HOST: '0.0.0.0', DYNAMODB_ENDPOINT: 'http://127.0.0.1:8001', PATH: '/bin' };
  const options = readOptions(['--fresh', '--demo', '-c', 'a=b=c', '-c', 'd='], variables);
  expect(options).toMatchObject({ fresh: true, demo: true, watch: false, context: { a: 'b=c', d: '' } });
  expect(options.environment).toMatchObject({
    PORT: 8100,
    HOST: '0.0.0.0',
    DYNAMODB_ENDPOINT: 'http://127.0.0.1:8001',
  });
});

test.each([
  [['--quick'], {}, "Unknown option '--quick'"],
  [['now'], {}, 'now'],
  [['-c', 'novalue'], {}, '-c takes key=value, and got novalue'],
  [[], { PORT: 'http' }, 'PORT: '],
  [[], { AWS_PORT: '70000' }, 'AWS_PORT: '],
  [[], { HOST: 'example.org' }, 'HOST: '],
  [[], { DYNAMODB_ENDPOINT: 'somewhere' }, 'DYNAMODB_ENDPOINT: '],
])('%j with %j makes no sense, and the message says what', (args, variables, message) => {
  expect(() => readOptions(args, variables)).toThrow(
    expect.objectContaining({ name: 'BadOption', message: expect.stringContaining(message) }),
  );
});
