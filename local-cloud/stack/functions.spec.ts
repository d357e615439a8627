import { expect, test } from 'vitest';
import { defineFunction } from './functions.ts';

test('what a person sets for this run counts more than what the template says', () => {
  const plan = {
    logicalId: 'F',
    name: 'f',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
    code: { directory: '/f' },
    handler: 'index.handler',
    environment: { LIMIT: 'of the template', SITE: 'https://x.example' },
    memoryMb: 128,
    timeoutSeconds: 3,
  };
  const { environment } = defineFunction(plan, {
    codeDir: '/code',
    variables: { LIMIT: 'of this run', OTHER: '1' },
    rewrite: (text) => text.replace('https://x.example', 'http://localhost:8000'),
    deliver: () => Promise.resolve(),
  });
  expect(environment).toEqual({ LIMIT: 'of this run', OTHER: '1', SITE: 'http://localhost:8000' });
});
