// How the tests run: all of test/, and at the end a word about those that were not run. In CI the results also go to a
// file that .ci/run reads.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import NotRun from './test/support/not-run.ts'

const forMachines: ['json', { outputFile: string }] = ['json', { outputFile: 'build/test-results.json' }]

export default defineConfig({
  // As in tsconfig.json: the package's own name is its source
  resolve: { alias: [{ find: /^wasmprop$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) }] },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', ...(process.env.CI ? [forMachines] : []), new NotRun()],
  },
})
