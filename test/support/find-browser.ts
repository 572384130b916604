// Finds the browsers of this machine: the system's own, else those that Playwright installed.
import { accessSync, closeSync, constants, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

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

/** The path of a browser's executable: the system's own, else the one that Playwright installed. */
export async function findBrowser(browser: Browser): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const commands = COMMANDS[browser].flatMap((command) => folders.map((folder) => join(folder, command)))
  return [...commands, ...APPLICATIONS[browser]].find(isUsable) ?? (await findWithPlaywright(browser))
}

export interface WebKit {
  /** WebKitWebDriver: Xvfb lies beside it */
  readonly driver: string
  /** The MiniBrowser that it starts */
  readonly browser: string
}

/** What Debian's packages webkit2gtk-driver and xvfb bring; there is nothing like it elsewhere. */
export function findWebKit(): WebKit | undefined {
  const driver = '/usr/bin/WebKitWebDriver'
  if (![driver, '/usr/bin/Xvfb'].every(isUsable)) return undefined
  const folders = readdirSync('/usr/lib').flatMap((machine) =>
    ['4.1', '4.0'].map((version) => `/usr/lib/${machine}/webkit2gtk-${version}/MiniBrowser`),
  )
  const browser = folders.find(isUsable)
  return browser === undefined ? undefined : { driver, browser }
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
