// Before any test: what has changed is built, since tests of the built package would pass on what an older source made.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export default function setup(): void {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' })
}
