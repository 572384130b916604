// Registers tests that need more than Node and npm. A missing tool is reported at the end of the run by
// not-run.ts; where everything is required (REQUIRE_ALL=1, as in CI) it is a failure.
import { it } from 'vitest'
import { type Browser, findBrowser, findWebKit } from './find-browser.ts'
import { findRuntime, type Runtime, runtimes } from './find-runtime.ts'

export type { Browser, Runtime }

/**
 * Registers a test that gets the path of a browser's or a runtime's executable. Without it the test fails under
 * REQUIRE_ALL=1, else it counts as not run and says how to change that.
 */
export function whenFound(
  tool: Browser | Runtime | 'webkit',
  name: string,
  run: (executable: string) => Promise<void>,
  timeout = 300_000,
) {
  it(
    name,
    async (context) => {
      const executable = await find(tool)
      if (executable !== undefined) return run(executable)
      const problem = `${tool} was not found: npm run setup`
      if (process.env.REQUIRE_ALL === '1') throw new Error(problem)
      context.skip(problem)
    },
    timeout,
  )
}

async function find(tool: Browser | Runtime | 'webkit'): Promise<string | undefined> {
  if (tool === 'webkit') return findWebKit()?.driver
  return isRuntime(tool) ? findRuntime(tool) : findBrowser(tool)
}

function isRuntime(tool: Browser | Runtime): tool is Runtime {
  return (runtimes as string[]).includes(tool)
}

/** The same for something that not every platform has, such as /dev/full */
export function whenThere(isThere: boolean, what: string, name: string, run: () => unknown, timeout = 120_000) {
  it(
    name,
    async (context) => {
      if (isThere) return run()
      const problem = `${what} is not there: run it on Linux`
      if (process.env.REQUIRE_ALL === '1') throw new Error(problem)
      context.skip(problem)
    },
    timeout,
  )
}
