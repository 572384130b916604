// How the tests run: all of test/, in two groups one after the other (what runs side by side, then what runs alone), and at the end a word about those that were not run.
// In CI the results also go to a file that .ci/run reads.
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import NotRun from './test/support/not-run.ts'

const forMachines: ['json', { outputFile: string }] = ['json', { outputFile: 'build/test-results.json' }]

/** What measures memory or keeps all cores busy: alone, one file after another */
const alone = ['test/network/memory.test.ts', 'test/engines/threads.test.ts', 'test/anywhere/threads.test.ts']

/** One more than there are processors, since many tests wait: for browsers, processes, timers */
const maxWorkers = Math.min(availableParallelism() + 1, 8)

/** What opens the page, which is built before */
const page = ['test/playground/*.test.ts']

const sourceOf = (name: string, file: string) => ({
  find: new RegExp(`^${name}$`),
  replacement: fileURLToPath(new URL(`src/${file}.ts`, import.meta.url)),
})

export default defineConfig({
  // As in tsconfig.json: the package's own names are its sources
  resolve: {
    alias: [
      sourceOf('wasmprop', 'index'),
      sourceOf('wasmprop/table', 'table/index'),
      sourceOf('wasmprop/lesson', 'lesson'),
    ],
  },
  test: {
    globalSetup: ['test/support/build.ts', 'test/support/shared.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', ...(process.env.CI ? [forMachines] : []), new NotRun()],
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...page],
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: page,
          globalSetup: 'test/support/build-page.ts',
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: alone, maxWorkers: 1, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
