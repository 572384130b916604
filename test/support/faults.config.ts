// How plant-faults.mjs asks the tests: those that need nothing but Node and are not slow, without building anything.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What takes long, or needs more than Node */
const exclude = [
  'test/anywhere/**',
  'test/hosts/**',
  'test/storm/**',
  'test/types/sources.test.ts',
  'test/readme.test.ts',
  'test/node/kill.test.ts',
  'test/network/memory.test.ts',
]

export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^wasmprop$/, replacement: `${root}/src/index.ts` },
      { find: /^wasmprop\/table$/, replacement: `${root}/src/table/index.ts` },
      { find: /^wasmprop\/lesson$/, replacement: `${root}/src/lesson.ts` },
    ],
  },
  test: { include: ['test/**/*.test.ts'], exclude, testTimeout: 60_000, hookTimeout: 120_000, maxWorkers: 2 },
})
