// `wasmprop/single`: one file that loads nothing more, as a module and as a classic script; and how the files of dist/ are written.
import { readdirSync, readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from './package.ts'

const dist = (name: string) => readFileSync(`${ROOT}/dist/${name}`, 'utf8')
const scenario = readFileSync(`${ROOT}/test/anywhere/scenario.js`, 'utf8').replaceAll('export ', '')
let expected: { hashes: string[] }

beforeAll(async () => {
  const [library, { scenario: run }] = await Promise.all([
    import(`${ROOT}/dist/index.js`),
    import(`${ROOT}/test/anywhere/scenario.js`),
  ])
  expected = await run(library)
})

/** What a host without import(), without TextDecoder and with frozen intrinsics may have */
const hostOf = () =>
  createContext({
    WebAssembly,
    performance,
    setTimeout,
    clearTimeout,
    MessageChannel,
    FinalizationRegistry,
    TextEncoder,
  })

describe('the classic script', () => {
  it.each(['wasm', 'typescript'])('defines wasmprop and trains the same bits with %s', async (engine) => {
    const host = hostOf()
    runInContext('Object.freeze(Object)', host)
    runInContext(dist('classic/single.js'), host)
    runInContext(scenario, host)
    const result = await runInContext(`scenario(wasmprop, '${engine}')`, host)
    expect(result.hashes).toEqual(expected.hashes)
    expect(result.engine.name).toBe(engine)
  })

  it('has all that the package exports', async () => {
    const host = hostOf()
    runInContext(dist('classic/single.js'), host)
    const names = runInContext('Object.keys(wasmprop)', host)
    expect([...names].sort()).toEqual(Object.keys(await import(`${ROOT}/dist/index.js`)).sort())
  })
})

it('the module gives the same', async () => {
  const [library, { scenario: run }] = await Promise.all([
    import(`${ROOT}/dist/single.js`),
    import(`${ROOT}/test/anywhere/scenario.js`),
  ])
  expect((await run(library)).hashes).toEqual(expected.hashes)
})

it.each(['single.js', 'classic/single.js'])('%s imports nothing', (name) => {
  expect(dist(name)).not.toMatch(/\bimport\s*\(\s*[`"']\.|\bfrom\s*[`"']\.\//)
})

it('is ASCII in every file of dist/, with a source map beside it', () => {
  const files = readdirSync(`${ROOT}/dist`)
    .filter((name) => name.endsWith('.js'))
    .concat('classic/single.js')
  expect(files.length).toBeGreaterThan(10)
  for (const name of files) {
    expect(dist(name), name).toMatch(/^[\0-\x7f]*$/)
    const hasCode =
      dist(name)
        .replace(/\b(import|export)\b[^;]*;?/g, '')
        .trim() !== ''
    if (/single|rolldown-runtime/.test(name) || !hasCode) continue
    const { mappings } = JSON.parse(dist(`${name}.map`))
    expect(mappings, name).not.toBe('')
  }
})
