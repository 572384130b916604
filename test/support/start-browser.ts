// Starts a browser without a window and with an empty profile, to be driven through its debugging address. By hand, since
// Debian's Firefox does not answer to Playwright, and so that nothing survives a test process that is killed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from './find-browser.ts'
import { endGroup, launch } from './launch.ts'

export interface Running {
  /** Of its debugging protocol, a WebSocket's */
  readonly address: string
  /** Rejects when the browser ends by itself, with its last words */
  readonly ended: Promise<never>
  /** Ends the browser and removes its profile. */
  end(): Promise<void>
}

/** Resolves as soon as the browser listens. `patience` in milliseconds. */
export async function startBrowser(browser: Browser, executable: string, patience = 120_000): Promise<Running> {
  const home = mkdtempSync(join(tmpdir(), `wasmprop-${browser}-`))
  const child = launch(executable, ARGUMENTS[browser](home), environment(home))
  let words = ''
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${browser} ended by itself. Its last words:\n${words.slice(-4000)}`)))
  })
  ended.catch(() => {})
  const gone = ended.catch(() => {})
  const listening = new Promise<string>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${browser} did not listen within ${patience} ms:\n${words}`)), patience)
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      words = (words + text).slice(-20_000)
      const address = /listening on (ws:\S+)/.exec(words)?.[1]
      if (address !== undefined) resolve(address)
    })
  })
  const end = async () => {
    endGroup(child)
    await gone
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  try {
    return { address: await Promise.race([listening, ended]), ended, end }
  } catch (error) {
    await end()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const environment = (home: string): NodeJS.ProcessEnv => ({
  ...process.env,
  HOME: home, // Firefox refuses to run as root in another user's home
  XDG_CONFIG_HOME: join(home, 'config'),
  XDG_CACHE_HOME: join(home, 'cache'),
  XDG_RUNTIME_DIR: home,
  MOZ_CRASHREPORTER_DISABLE: '1',
})

/** No graphics card, no look at the network */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-breakpad',
  '--no-first-run',
  '--no-proxy-server',
]

/** Pages that are not in front work as if they were. */
const CHROMIUM_IN_BACKGROUND = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

const ARGUMENTS = {
  chromium: (home: string) => [
    '--headless',
    ...CHROMIUM_ARGUMENTS,
    ...CHROMIUM_IN_BACKGROUND,
    '--remote-debugging-port=0',
    `--user-data-dir=${home}`,
    'about:blank',
  ],
  firefox: (home: string) => {
    const preferences = Object.entries(FIREFOX_PREFERENCES)
    const lines = preferences.map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)})\n`)
    writeFileSync(join(home, 'user.js'), lines.join(''))
    return ['--headless', '--no-remote', '--profile', home, '--remote-debugging-port=0', 'about:blank']
  },
}

/** No telemetry, no updates, no pages of the first run, no look at the network; and what is not in front works as if it were */
const FIREFOX_PREFERENCES = {
  'app.normandy.enabled': false,
  'app.shield.optoutstudies.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.region.network.url': '',
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.search.update': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.min_background_timeout_value': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.update.enabled': false,
  'media.gmp-manager.url': '',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.type': 0,
  'services.settings.server': 'data:,',
  'startup.homepage_welcome_url': 'about:blank',
  'termsofuse.bypassNotification': true,
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.server': 'data:,',
  'toolkit.telemetry.unified': false,
}
