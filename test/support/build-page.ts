// Before any test of the page: it is built, once for all of them, so that none finds its files half written.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { makeOnce, stampOf } from '../../scripts/stamps.mjs'

/** What the page is made of: the package, and what is its own */
const SOURCES = ['assembly', 'src', 'src/playground', 'scripts', 'package-lock.json']

export default async function setup(): Promise<void> {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const build = () => execFileSync(process.execPath, ['scripts/playground.mjs'], { cwd: root, stdio: 'inherit' })
  await makeOnce('build/playground', stampOf(SOURCES), build)
}
