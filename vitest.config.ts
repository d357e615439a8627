import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'local-cloud/**/*.spec.ts'],
    // Real processes and real clocks on a shared machine: what fails there once and passes then was the machine.
    retry: process.env['CI'] === undefined ? 0 : 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // On two cores: the journeys wait more than they work.
    maxWorkers: 3,
    // Of tests that wait together, each may run a whole stack.
    maxConcurrency: 3,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});
