// How the tests run: all of test/, in two groups one after the other (what runs side by side, then what runs alone), and at the end
// a word about those that were not run.
// In CI the results also go to a file that .ci/run reads.
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import LongestFirst from './test/support/longest-first.ts'
import NotRun from './test/support/not-run.ts'

const forMachines: ['json', { outputFile: string }] = ['json', { outputFile: 'build/test-results.json' }]

/** What measures memory or keeps all cores busy: alone, one file after another */
const alone = ['test/network/memory.test.ts', 'test/engines/threads.test.ts', 'test/anywhere/threads.test.ts']

/** One more than there are processors, since many tests wait: for browsers, processes, timers */
const maxWorkers = Math.min(availableParallelism() + 1, 8)

/**
 * What is of functions alone: it starts no workers or processes, loads no modules anew, and does not ask what memory takes, of which
 * the library keeps some. Files of it follow each other in processes that load the library once; for most of them that takes longer
 * than their tests.
 */
const functions = [
  'test/{accuracy,bad-input,errors,program}.test.ts',
  'test/analysis/!(estimate-memory).test.ts',
  'test/{assembly,config,data,memory,metamorphic,numerics,prediction,tables,training}/*.test.ts',
  'test/engines/{decay,engines,initialization}.test.ts',
  'test/many/{cross-validate,train-many}.test.ts',
  'test/model/!(base64).test.ts',
  'test/network/{calls,hostile,network,realms,slips}.test.ts',
  'test/table/!(prototype).test.ts',
]

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
    sequence: { sequencer: LongestFirst },
    reporters: ['default', ...(process.env.CI ? [forMachines] : []), new NotRun()],
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['test/**/*.test.ts'],
          exclude: [...functions, ...alone, ...page],
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'functions',
          include: functions,
          isolate: false,
          restoreMocks: true,
          unstubGlobals: true,
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
