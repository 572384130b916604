// The types of the installed package as programs see them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'
import { activations } from '../../src/tables/activations.ts'
import { initializers } from '../../src/tables/initializers.ts'
import { losses } from '../../src/tables/losses.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { sharedPackage } from '../anywhere/package.ts'
import { complaintsOf, installPrograms, LANGUAGE_ALONE, resolutions } from './compile.ts'

let folder: string

beforeAll(async () => {
  // plant-faults.mjs runs tests without what they share.
  const isShared = process.env.WASMPROP_SHARED !== undefined
  folder = installPrograms(isShared ? join((await sharedPackage()).folder, 'node_modules/wasmprop') : undefined)
})

describe('programs compile', () => {
  it.each(resolutions)('in the language alone, with moduleResolution $moduleResolution', (resolution) => {
    const programs = ['entries.mts', 'results.mts', 'misspelt.mts']
    expect(complaintsOf(ts, programs, { ...LANGUAGE_ALONE, ...resolution })).toEqual([])
  })

  it('with the types of the web', () => {
    const options = { ...LANGUAGE_ALONE, ...resolutions[0], lib: ['es2022', 'dom', 'esnext.disposable'] }
    expect(complaintsOf(ts, ['consumer.mts', 'platform.mts', 'results.mts'], options)).toEqual([])
  })
})

it('typed arrays in declarations have no type parameters, which TypeScript before 5.7 does not know', () => {
  const types = fileURLToPath(new URL('../../dist/types', import.meta.url))
  const files = readdirSync(types, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.d.ts'))
  expect(files.length).toBeGreaterThan(100)
  const generic = files.filter((path) =>
    /\b\w+Array<(Shared)?ArrayBuffer/.test(readFileSync(join(types, path), 'utf8')),
  )
  expect(generic).toEqual([])
})

describe('every option has a line of its own, which names its default:', () => {
  const choices = {
    ActivationChoice: activations,
    InitializerChoice: initializers,
    LossChoice: losses,
    OptimizerChoice: optimizers,
  } as const

  let program: ts.Program

  beforeAll(() => {
    const options = { module: ts.ModuleKind.NodeNext, preserveSymlinks: true, target: ts.ScriptTarget.ES2022 }
    program = ts.createProgram([join(folder, 'entries.mts')], options)
  })

  it.each(Object.entries(choices))('%s', (name, table: Record<string, { options: object }>) => {
    const documented = documentationOf(name)
    for (const [entry, { options }] of Object.entries(table)) {
      expect(Object.keys(documented[entry] ?? {}).sort(), entry).toEqual(Object.keys(options).sort())
      for (const [option, { default: value }] of Object.entries(options)) {
        const said = /Default ([^\s,]+)/.exec(documented[entry][option])?.[1]
        expect(said && JSON.parse(said), `${entry}.${option}`).toBe(value)
      }
    }
  })

  it('LearningRate', () => {
    const { step, exponential, cosine, linearWarmup, warmupCosine, reduceOnPlateau } = documentationOf('LearningRate')
    for (const schedule of [step, exponential, cosine, linearWarmup, warmupCosine, reduceOnPlateau]) {
      expect(Object.keys(schedule).length).toBeGreaterThan(1)
      for (const words of Object.values(schedule)) expect(words).not.toBe('')
    }
    expect(step.gamma).toContain('Default 0.1')
    expect(reduceOnPlateau.patience).toContain('Default 10')
  })

  /** By name of the entry and option, of those objects among an exported type that have a `name` */
  function documentationOf(exported: string): Record<string, Record<string, string>> {
    const checker = program.getTypeChecker()
    const core = program.getSourceFiles().find(({ fileName }) => fileName.endsWith('dist/types/src/index.d.ts'))
    const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(core as ts.Node) as ts.Symbol)
    const symbol = symbols.find(({ name }) => name === exported)
    const type = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(symbol as ts.Symbol))
    const found: Record<string, Record<string, string>> = {}
    for (const part of type.isUnion() ? type.types : []) {
      const property = part.getProperty('name')
      if (property === undefined || !(part.flags & ts.TypeFlags.Object)) continue
      const names = checker.getTypeOfSymbol(property)
      const lines = part
        .getProperties()
        .filter((option) => option !== property)
        .map((option) => [option.name, ts.displayPartsToString(option.getDocumentationComment(checker))])
      for (const name of names.isUnion() ? names.types : [names]) {
        if (name.isStringLiteral()) found[name.value] = Object.fromEntries(lines)
      }
    }
    return found
  }
})
