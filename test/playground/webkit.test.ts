// The page in WebKitGTK, whatever the locale: the tutorial trains to Node's weights, and a race ends with equal ones. (iOS, which is
// WebKit too, is untested.)
import { describe, expect } from 'vitest'
import { servePlayground } from '../support/playground.ts'
import { whenFound } from '../support/tools.ts'
import { inWebKit } from '../support/webkit.ts'
import { tutorialInNode } from './in-node.ts'

const press = (selector: string) => `const it = document.querySelector(${JSON.stringify(selector)})
  if (!it || it.disabled) return false
  it.click()
  return true`
const textOf = (selector: string) => `return document.querySelector(${JSON.stringify(selector)})?.textContent`

describe('the page in WebKitGTK', () => {
  const name = 'trains the tutorial to the weights of Node, and races to equal ones'
  const minutes = 60_000
  whenFound(
    'webkit',
    name,
    async (driver) => {
      const site = await servePlayground()
      try {
        await inWebKit(driver, site.address, async (page) => {
          await page.until(press('.train'))
          const { hash } = await tutorialInNode(7000)
          expect(await page.until(textOf('#weights-hash'))).toBe(hash)
          await page.run(`location.hash = '#/race'`)
          await page.until(press('.race .segmented label:last-child input')) // the short race
          await page.until(press('.race .play'))
          const outcome = await page.until(textOf('[data-testid=hashes], .race .bad'), 5 * minutes)
          expect(outcome).toMatch(/^Equal weights, to the last bit: [0-9a-f]{16} in both/)
        })
      } finally {
        await site.close()
      }
    },
    8 * minutes,
  )
})
