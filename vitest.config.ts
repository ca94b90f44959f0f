import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two workers at most: the analyzer itself uses a pool, and CI machines have two cores.
    maxWorkers: 2,
  },
});
