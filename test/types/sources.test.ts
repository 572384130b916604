// The sources, the tests and the benches are of right types. A test, so that the compiler has one processor and other tests another.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('all sources compile', async () => {
  const compiled = promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], { cwd: root })
  const { stdout } = await compiled.catch((error: { stdout: string }) => error)
  expect(stdout).toBe('')
}, 600_000)
