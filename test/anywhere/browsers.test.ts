// The harness itself: what a page reports comes back, and what goes wrong in a page or a browser is said.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage } from '../support/browsers.ts'
import { startBrowser } from '../support/start-browser.ts'
import { type Browser, whenFound } from '../support/tools.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmprop-pages-'))
  const page = (name: string, script: string) =>
    writeFileSync(join(folder, name), `<!doctype html><script src="/report.js"></script>${script}`)
  page('index.html', '<script type="module">report({ sum: 1 + 2, agent: navigator.userAgent })</script>')
  page('throws.html', '<script type="module">await null; throw new TypeError("thrown on purpose")</script>')
  page('lost.html', '<script type="module" src="/lost.js"></script>')
})

afterAll(() => rmSync(folder, { recursive: true }))

const browsers: [Browser, RegExp][] = [
  ['chromium', /Chrome\//],
  ['firefox', /Firefox\//],
]
for (const [browser, agent] of browsers) {
  describe(browser, () => {
    whenFound(browser, 'returns what the page reports', async () => {
      const value = await openPage(browser, { folders: { '/': folder } })
      expect(value).toEqual({ sum: 3, agent: expect.stringMatching(agent) })
    })

    whenFound(browser, 'opens several pages at a time', async () => {
      const pages = Array.from({ length: 3 }, () => openPage(browser, { folders: { '/': folder } }))
      for (const value of await Promise.all(pages)) expect(value).toMatchObject({ sum: 3 })
    })

    whenFound(browser, 'throws what the page throws', async () => {
      const page = { folders: { '/': folder }, path: '/throws.html' }
      await expect(openPage(browser, page)).rejects.toThrow(/the page failed: .*thrown on purpose/)
    })

    whenFound(browser, 'throws when a script is missing', async () => {
      const page = { folders: { '/': folder }, path: '/lost.html' }
      await expect(openPage(browser, page)).rejects.toThrow(/lost\.js could not be loaded.*lost\.js 404/s)
    })
  })
}

describe('a browser that', () => {
  const standIn = (script: string) => {
    const executable = join(folder, 'browser')
    writeFileSync(executable, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return startBrowser('chromium', executable, 2000)
  }

  it('does not listen is ended in time', async () => {
    await expect(standIn('sleep 1000')).rejects.toThrow(/chromium did not listen within 2000 ms/)
  })

  it('ends by itself is noticed, with its last words', async () => {
    const refused = standIn('echo "no screen here" >&2; exit 3')
    await expect(refused).rejects.toThrow(/chromium ended by itself.*no screen here.*exit code 3/s)
  })

  it('cannot be started is noticed', async () => {
    const missing = join(folder, 'missing')
    await expect(startBrowser('firefox', missing, 2000)).rejects.toThrow(/firefox ended.*missing/s)
  })
})
