// Registers tests that need more than Node and npm. A missing tool is reported at the end of the run by
// reporters/not-run.ts; where everything is required (REQUIRE_ALL=1, as in CI) it is a failure.
import { it } from 'vitest'
import { type Browser, findBrowser } from './find-browser.ts'

export type { Browser }

/**
 * Registers a test that gets the path of a browser's executable. Without the browser it fails under REQUIRE_ALL=1, else
 * it counts as not run and says how to change that.
 */
export function whenFound(
  browser: Browser,
  name: string,
  run: (executable: string) => Promise<void>,
  timeout = 120_000,
) {
  it(
    name,
    async (context) => {
      const executable = await findBrowser(browser)
      if (executable !== undefined) return run(executable)
      const problem = `${browser} was not found: npm run setup`
      if (process.env.REQUIRE_ALL === '1') throw new Error(problem)
      context.skip(problem)
    },
    timeout,
  )
}
