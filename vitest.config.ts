import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'local-cloud/**/*.spec.ts'],
    // Real processes and real clocks on a shared machine: what fails there once and passes then was the machine.
    retry: process.env['CI'] === undefined ? 0 : 2,
    // What must come may take its time on a busy machine; only a test about a bound has a short one.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // On two cores: the journeys wait more than they work.
    maxWorkers: 3,
    // Of tests that wait together, each may run a whole stack.
    maxConcurrency: 3,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});
