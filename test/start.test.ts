// `npm start` in a clone where nothing was built: it compiles what the tutorial runs and no more, and the package can be
// imported afterwards.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const SOURCES = [
  'asconfig.json',
  'assembly',
  'build.mjs',
  'data',
  'package-lock.json',
  'package.json',
  'scripts',
  'src',
]
const TYPES = ['tsconfig.json', 'tsconfig.build.json']
const MADE = /src[\\/](generated|engines[\\/]typescript[\\/]float64)$/

const TRAIN = `import { checkGradients, createNetwork } from 'wasmprop'
const network = await createNetwork({ inputs: 2, layers: [{ units: 1 }], seed: 1 })
console.log(network.engine.reason, checkGradients(network, [[1, 2]], [[3]]).ok)`

it('the build of npm start holds the tutorial, and a library that says what it lacks', () => {
  const clone = mkdtempSync(join(tmpdir(), 'wasmprop-start-'))
  try {
    for (const name of [...SOURCES, ...TYPES]) {
      cpSync(join(root, name), join(clone, name), { recursive: true, filter: (path) => !MADE.test(path) })
    }
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction')
    const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: clone, encoding: 'utf8' })
    expect(run('build.mjs', '--start')).toBe('compiling assembly/: float64\n')
    expect(run('dist/cli.js', 'tutorial')).toMatch(/weights hash +(\w{16}) +\1 +identical/)
    expect(run('build.mjs', '--start')).toBe('')
    expect(run('--input-type=module', '-e', TRAIN)).toMatch(/npm run build.* true\n$/)
  } finally {
    rmSync(clone, { recursive: true, force: true, maxRetries: 5 })
  }
})
