// The page as its visitors get it: served on the loopback, opened in Chromium. build-page.ts has built it.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { type Answer, serveSite } from './serve.ts'
import { CHROMIUM_ARGUMENTS } from './start-browser.ts'

export const run = promisify(execFile)

/** Where it was built */
export const FOLDER = fileURLToPath(new URL('../../build/playground/', import.meta.url))

export interface ServedPlayground {
  /** Ends in a slash */
  readonly address: string
  /** What was asked for, from there on */
  readonly answered: Answer[]
  close(): Promise<void>
}

/** Under a path of its own, as a page on a static host may have */
const PREFIX = '/some/path/'

/** Serves the built page as any static host does: files as they are, compressed. */
export async function servePlayground(headers: Readonly<Record<string, string>> = {}): Promise<ServedPlayground> {
  const { origin, answered, close } = await serveSite({ folders: { [PREFIX]: FOLDER }, headers, isCompressed: true })
  return { address: origin + PREFIX, answered, close }
}

/** Milliseconds that a step of a visitor may take, on a slow and busy machine too */
export const PATIENCE = 90_000

/** Imported here only: it takes a second. */
export async function startChromium(executablePath: string): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  return chromium.launch({ executablePath, chromiumSandbox: false, args: CHROMIUM_ARGUMENTS })
}

/** What axe-core finds, of all its rules or of some. The page's own policy lets no script in: this one comes by the tool. */
export async function findings(page: Page, rules?: readonly string[], within = 'html'): Promise<string[]> {
  const { default: axe } = await import('axe-core')
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(
    ([part, only]) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(part, {
        resultTypes: ['violations'], // else it describes all that passes
        ...(only === null ? {} : { runOnly: [...only] }),
      }),
    [within, rules ?? null] as const,
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** A folder that is gone after `use` */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'wasmprop-page-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** What a program of the page prints in Node, with the package as it is built */
export async function runProgram(text: string): Promise<string> {
  const index = new URL('../../dist/index.js', import.meta.url).href
  const program = text.replace("from 'wasmprop'", `from ${JSON.stringify(index)}`)
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program])
  return stdout.trim()
}
