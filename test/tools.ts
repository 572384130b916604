// Finds what some tests need beyond Node and npm, and registers such tests. A missing tool is reported at the end of the
// run by reporters/not-run.ts; where everything is required (REQUIRE_ALL=1, as in CI) it is a failure.
import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { it } from 'vitest'

export type Browser = 'chromium' | 'firefox'

const COMMANDS = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  firefox: ['firefox-esr', 'firefox'],
}
const APPLICATIONS = {
  chromium: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  firefox: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
}

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

/** The path of a browser's executable: the system's own, else the one that Playwright installed. */
export async function findBrowser(browser: Browser): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const commands = COMMANDS[browser].flatMap((command) => folders.map((folder) => join(folder, command)))
  return [...commands, ...APPLICATIONS[browser]].find(isUsable) ?? (await findWithPlaywright(browser))
}

// Imported here only: it takes a second.
async function findWithPlaywright(browser: Browser): Promise<string | undefined> {
  const playwright = await import('playwright-core')
  const executable = playwright[browser].executablePath()
  return existsSync(executable) ? executable : undefined
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile() && !isSnap(path)
  } catch {
    return false
  }
}

/** Whether a file is Ubuntu's script that starts a snap, which may not read the profile that a test makes. */
function isSnap(path: string): boolean {
  const head = Buffer.alloc(4096)
  const file = openSync(path, 'r')
  readSync(file, head)
  closeSync(file)
  return path.startsWith('/snap/') || (head.toString('latin1').startsWith('#!') && head.includes('/snap/'))
}
