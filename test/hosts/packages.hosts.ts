// Hosts that are packages of npm: TypeScript from the oldest version that the types promise to the newest, Jest with its
// defaults, and the reactive proxies of Vue and MobX.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { installPrograms, LANGUAGE_ALONE, resolutions } from '../types/compile.ts'
import { installHosts, linkLibrary, output, say, versionIn } from './install.ts'

const compilers = {
  typescript52: 'typescript52@npm:typescript@5.2',
  typescript55: 'typescript55@npm:typescript@5.5',
  typescript6: 'typescript6@npm:typescript@6',
  typescript7: 'typescript7@npm:typescript@7',
}
const here = fileURLToPath(new URL('.', import.meta.url))
let home: string
let hash: string

beforeAll(() => {
  home = installHosts('packages', { ...compilers, jest: 'jest@30', vue: 'vue@3', mobx: 'mobx@6' })
  linkLibrary(home)
  cpSync(join(here, 'pages'), home, { recursive: true })
  hash = JSON.parse(output(home, 'node.mjs')).hash
})

describe.each(Object.keys(compilers))('%s', (name) => {
  const version = () => versionIn(home, name)

  it.each(resolutions)(
    'compiles programs in the language alone, with moduleResolution $moduleResolution',
    (resolution) => {
      const isGone = resolution.moduleResolution === 'node' && Number.parseInt(version(), 10) > 5
      if (isGone) return // TypeScript 6 no longer has it without a word
      const folder = installPrograms()
      const files = ['entries.mts', 'results.mts', 'misspelt.mts']
      const compilerOptions = { ...LANGUAGE_ALONE, ...resolution, preserveSymlinks: true }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
      const { stdout } = spawnSync(process.execPath, [binaryOf(name), '-p', '.'], { cwd: folder, encoding: 'utf8' })
      expect(stdout).toBe('')
      say('TypeScript', version(), `moduleResolution ${resolution.moduleResolution}`)
    },
  )
})

function binaryOf(name: string): string {
  const folder = join(home, 'node_modules', name)
  return join(folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin.tsc)
}

it('Jest runs it by its defaults', () => {
  const folder = join(home, 'jest')
  cpSync(join(here, 'jest'), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const scenario = readFileSync(join(here, 'pages/scenario.js'), 'utf8').replace('export ', '')
  writeFileSync(join(folder, 'scenario.js'), `${scenario}\nmodule.exports = { hostScenario }\n`)
  const printed = output(folder, '../node_modules/jest/bin/jest.js', '--rootDir', '.')
  const result = JSON.parse(/RESULT (.*)/.exec(printed)?.[1] ?? '{}')
  expect(result).toMatchObject({ hash, engine: 'wasm', threads: { hash, count: 2 }, many: { hashes: [hash] } })
  say('Jest', versionIn(home, 'jest'), `test ${result.hash}`, '2 threads', 'trainMany')
})

it.each(['vue', 'mobx'])('takes reactive rows of %s, in a worker as well', (name) => {
  mkdirSync(home, { recursive: true })
  cpSync(join(here, 'reactive.mjs'), join(home, 'reactive.mjs'))
  const { plain, reactive, worker } = JSON.parse(output(home, 'reactive.mjs', name))
  expect({ reactive, worker }).toEqual({ reactive: plain, worker: plain })
  say(name, versionIn(home, name), `rows ${reactive}`, `worker ${worker}`)
})
