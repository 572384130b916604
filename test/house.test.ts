// The rules of the house that a machine can check: see ARCHITECTURE.md.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  findCircle,
  foldImports,
  type Imports,
  longestChain,
  misplacedImports,
  readImports,
  roomOf,
} from './support/imports.ts'

/** A file imports from its own room and from those before it. */
const ROOMS = [
  'errors.ts',
  'platform.ts',
  'program.ts',
  'engine.ts',
  'shell.ts',
  'report',
  'generated',
  'numerics',
  'options',
  'hosts',
  'tables',
  'config',
  'data',
  'memory',
  'workloads',
  'engines',
  'prediction',
  'training',
  'model',
  'network',
  'analysis',
  'lesson.ts',
  'many',
  'worker',
  'node',
  'table',
  'cli',
  'index.ts',
  'playground',
]
const MOST_FILES_IN_A_CHAIN = 23
const MOST_ROOMS_IN_A_CHAIN = 12

const files = readImports(new URL('../src/', import.meta.url))
const rooms = foldImports(files, roomOf)

const importsOf = (names: Record<string, string[]>): Imports =>
  new Map(Object.entries(names).map(([name, imported]) => [name, new Set(imported)]))

describe('the sources', () => {
  it('import in no circle, of files or of rooms, types included', () => {
    expect(files.get('memory/layout.ts')).toContain('config/config.ts') // of its types alone
    expect(findCircle(files)).toBeUndefined()
    expect(findCircle(rooms)).toBeUndefined()
  })

  it('import only from their own room and from those before it', () => {
    expect([...rooms.keys()].filter((room) => !ROOMS.includes(room))).toEqual([])
    expect(misplacedImports(files, ROOMS)).toEqual([])
  })

  it('import in short chains', () => {
    const chain = longestChain(files)
    expect(chain.length, chain.join(' > ')).toBeLessThanOrEqual(MOST_FILES_IN_A_CHAIN)
    const ofRooms = longestChain(rooms)
    expect(ofRooms.length, ofRooms.join(' > ')).toBeLessThanOrEqual(MOST_ROOMS_IN_A_CHAIN)
  })
})

describe('a loop', () => {
  it('has no variables that are unpacked from a list: Chromium then runs it five times as long', () => {
    const unpacked = [...files.keys()].filter((file) =>
      /\blet \[[^\]]*\] = \[/.test(readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')),
    )
    expect(unpacked).toEqual([])
  })
})

/** How often calls enter another file: a little above what they do */
const MOST_CHANGES_OF_FILE = { createNetwork: 114, 'train for 5 epochs': 63, predict: 25 }

describe('a call', () => {
  it('enters other files seldom', { timeout: 300_000 }, () => {
    const walk = fileURLToPath(new URL('support/walk.mjs', import.meta.url))
    const lines = execFileSync(process.execPath, [walk], { encoding: 'utf8' }).trim().split('\n')
    const changes = Object.fromEntries(lines.map((line) => /^(.*): (\d+) changes/.exec(line)?.slice(1) ?? [line]))
    expect(Object.keys(changes)).toEqual(Object.keys(MOST_CHANGES_OF_FILE))
    for (const [call, most] of Object.entries(MOST_CHANGES_OF_FILE)) {
      expect(Number(changes[call]), call).toBeLessThanOrEqual(most)
    }
  })
})

describe('the check', () => {
  it('finds a circle', () => {
    expect(findCircle(importsOf({ a: ['b'], b: ['c', 'd'], c: [], d: ['b'] }))).toEqual(['b', 'd', 'b'])
    expect(findCircle(importsOf({ a: ['b', 'c'], b: ['c'], c: [] }))).toBeUndefined()
  })

  it('finds an import against the order, and a room without a place', () => {
    const imports = importsOf({
      'memory/a.ts': ['data/b.ts', 'memory/c.ts', 'training/d.ts'],
      'attic/e.ts': ['data/b.ts'],
    })
    expect(misplacedImports(imports, ROOMS)).toEqual([
      'memory/a.ts imports training/d.ts',
      'attic/e.ts imports data/b.ts',
    ])
  })

  it('finds the longest chain', () => {
    expect(longestChain(importsOf({ a: ['b', 'd'], b: ['c'], c: ['d'], d: [] }))).toEqual(['a', 'b', 'c', 'd'])
  })

  it('sees types, re-exports and dynamic imports', () => {
    expect(files.get('network/prepare.ts')).toContain('training/full-batch.ts')
    expect(files.get('index.ts')).toContain('many/options.ts')
  })
})
