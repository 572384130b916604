// The storm over wasmprop/table: records, options and models as no sane program hands them in, drawn with the seed. Whatever they
// are, a call answers or throws an error of the library that says where, and no other model changes.
import { WasmpropError } from '../../src/errors.ts'
import * as library from '../../src/table/index.ts'
import { Chance } from './chance.ts'
import { anything, TrapError, type Traps, trapped } from './values.ts'

export interface TableFinding {
  readonly call: number
  readonly what: string
}

/** A promise that is open for so many ms will never be kept. */
const HANGING = 200_000

const ROWS = Array.from({ length: 24 }, (_, row) => ({
  size: ((row * 7) % 11) / 3,
  colour: ['red', 'green', 'blue'][row % 3],
  seen: `2024-0${1 + (row % 9)}-11`,
  kind: ['a', 'b'][((row * 7) % 5) % 2],
  price: row * 1.5 + (row % 3),
}))

type Source = library.TableSource
type Model = library.TableModel
type Call = (storm: TableStorm) => unknown

class TableStorm implements Traps {
  readonly chance: Chance
  readonly models: readonly Model[]
  #changes: (() => unknown)[] = []
  #depth = 0

  constructor(chance: Chance, models: readonly Model[]) {
    this.chance = chance
    this.models = models
  }

  begin(): void {
    this.#changes = []
  }

  /** One of the things that a getter does */
  spring(): void {
    if (this.#depth > 0) return
    this.#depth++
    try {
      if (this.#changes.length > 0 && this.chance.is(0.6)) this.chance.one(this.#changes)()
      else this.chance.one(this.models).predict(ROWS[0])
    } finally {
      this.#depth--
    }
  }

  record(): unknown {
    const { chance } = this
    if (chance.is(0.08)) return anything(this)
    const record: Record<string, unknown> = { ...chance.one(ROWS) }
    for (const name of Object.keys(record)) {
      if (chance.is(0.08)) record[name] = anything(this)
      if (chance.is(0.04)) delete record[name]
    }
    if (chance.is(0.05)) record[chance.one(['__proto__', 'toString', 'x\u202e', ''])] = anything(this)
    if (chance.is(0.1)) Object.setPrototypeOf(record, chance.one([null, { size: 1 }, [], new Map()]))
    return chance.is(0.2) ? trapped(this, record) : record
  }

  records(): unknown {
    const { chance } = this
    if (chance.is(0.08)) return anything(this)
    const records = Array.from({ length: chance.below(30) }, () => (chance.is(0.2) ? this.record() : chance.one(ROWS)))
    this.#changes.push(() => {
      records.length = chance.below(3)
    })
    return chance.is(0.2) ? trapped(this, records) : records
  }

  source(): Source {
    const { chance } = this
    const rows = () => ROWS.map((row) => (chance.is(0.05) ? anything(this) : Object.values(row)))
    const form = chance.below(6)
    if (form <= 2) return this.records() as Source
    if (form === 3) {
      const table: object = { columns: chance.is(0.1) ? anything(this) : Object.keys(ROWS[0]), rows: rows() }
      return (chance.is(0.3) ? trapped(this, table) : table) as Source
    }
    if (form === 4) return this.pieces(chance.is(0.5)) as Source
    return (chance.is(0.5) ? new TextEncoder().encode(JSON.stringify(ROWS)) : JSON.stringify(ROWS)) as Source
  }

  *pieces(areRecords: boolean): Iterable<unknown> {
    const lines = [Object.keys(ROWS[0]), ...ROWS.map((row) => Object.values(row))].map((cells) => `${cells.join()}\n`)
    for (const piece of areRecords ? ROWS : lines) {
      if (this.chance.is(0.01)) throw new TrapError('iterator')
      yield this.chance.is(0.02) ? anything(this) : piece
    }
  }

  options(more = {}): never {
    const { chance } = this
    if (chance.is(0.04)) return anything(this) as never
    const choices: Record<string, () => unknown> = {
      task: () => chance.one(['classification', 'regression', { kind: 'classification' }]),
      columns: () => chance.one([{ size: 'category' }, { seen: { kind: 'text' } }, { colour: 'ignore' }]),
      read: () => chance.one([{ rows: 10 }, { missing: ['red'] }, { decimal: ',' }, { format: 'csv' }]),
      classWeights: () => chance.one(['balanced', { a: 2 }]),
      network: () => ({ layers: [{ units: 2 }] }),
      seed: () => chance.below(2 ** 32),
      onProgress: () => () => this.spring(),
      signal: () => chance.one([AbortSignal.abort(), new AbortController().signal]),
      budget: () => 1,
    }
    const options: Record<string, unknown> = {
      target: chance.one(['kind', 'price', 'kind', ['kind', 'price']]),
      effort: 'quick',
      only: chance.is(0.8) ? 'linear' : 'network',
      train: { epochs: 1 },
      ...more,
    }
    for (const [name, make] of Object.entries(choices)) if (chance.is(0.1)) options[name] = make()
    for (const name of Object.keys(options)) if (chance.is(0.03)) options[name] = anything(this)
    if (chance.is(0.02)) options[chance.one(['__proto__', 'taget'])] = anything(this)
    return (chance.is(0.2) ? trapped(this, options) : options) as never
  }

  reading(): never {
    const { chance } = this
    const options = { read: chance.is(0.3) ? anything(this) : { missing: ['red'], rows: 9 } }
    return (chance.is(0.5) ? undefined : chance.is(0.3) ? trapped(this, options) : options) as never
  }

  /** A model as JSON with something else in a place or two */
  json(): unknown {
    const { chance } = this
    const json = JSON.parse(JSON.stringify(chance.one(this.models)))
    for (let count = 1 + chance.below(2); count > 0; count--) {
      let at = json
      for (let depth = chance.below(7); depth > 0; depth--) {
        const next = at[chance.one(Object.keys(at))]
        if (typeof next !== 'object' || next === null || Object.keys(next).length === 0) break
        at = next
      }
      const key = chance.one(Object.keys(at))
      if (chance.is(0.3)) delete at[key]
      else if (chance.is(0.2)) trapped(this, at)
      else at[key] = anything(this)
    }
    return chance.is(0.1) ? trapped(this, json) : json
  }
}

const one = (storm: TableStorm): Model => storm.chance.one(storm.models)
const either = (storm: TableStorm) => (storm.chance.is(0.5) ? storm.record() : storm.records()) as never
const calls: readonly (readonly [string, Call])[] = [
  ['readTable', (storm) => library.readTable(storm.source(), storm.reading())],
  ['trainTable', async (storm) => (await library.trainTable(storm.source(), storm.options())).dispose()],
  ['crossValidateTable', (storm) => library.crossValidateTable(storm.source(), storm.options({ folds: 2 }))],
  ['verifyTable', (storm) => library.verifyTable(one(storm), storm.source(), storm.reading())],
  ['predict', (storm) => one(storm).predict(either(storm))],
  ['predictProbabilities', (storm) => one(storm).predictProbabilities(either(storm))],
  ['predictWithSpread', (storm) => one(storm).predictWithSpread(either(storm))],
  ['explain', (storm) => one(storm).explain(storm.record() as never)],
  ['evaluate', (storm) => one(storm).evaluate(storm.source(), storm.reading())],
  ['importance', (storm) => one(storm).importance(storm.source(), storm.reading())],
  [
    'tableModelFromJSON',
    async (storm) => {
      const model = await library.tableModelFromJSON(storm.json())
      const answers = [model.predict(ROWS), model.explain(ROWS[0]), model.digest, JSON.stringify(model)]
      model.dispose()
      return answers
    },
  ],
]
/** Cheap ones come more often. */
const often = calls.filter(([name]) => /^(predict|readTable|explain)/.test(name))

/** What models answer to what is always the same */
const answersOf = (models: readonly Model[]): string =>
  JSON.stringify(models.map((model) => [model.digest, model.predictWithSpread(ROWS), model.explain(ROWS[1])]))

export async function stormTables({ seed, count }: { seed: number; count: number }): Promise<TableFinding | undefined> {
  const chance = new Chance(seed)
  const options = { effort: 'quick', only: 'linear', train: { epochs: 3 } } as const
  const models = [
    await library.trainTable(ROWS, { ...options, target: 'kind' }),
    await library.trainTable(ROWS, { ...options, target: 'price' }),
    await library.trainTable(ROWS, { ...options, target: ['price', 'kind'], only: 'network' }),
  ]
  const expected = answersOf(models)
  const storm = new TableStorm(chance, models)
  for (let call = 0; call < count; call++) {
    const [name, act] = chance.one(chance.is(0.6) ? often : calls)
    storm.begin()
    const fault = await faultOf(() => act(storm))
    if (fault !== undefined) return { call, what: `${name}: ${fault}` }
    if (call % 50 === 0 && answersOf(models) !== expected) return { call, what: `${name}: a model answers otherwise` }
  }
  return answersOf(models) === expected ? undefined : { call: count, what: 'a model answers otherwise' }
}

/** What is wrong with how a call ends; undefined where nothing is */
async function faultOf(act: () => unknown): Promise<string | undefined> {
  try {
    await within(Promise.resolve().then(act))
    return undefined
  } catch (error) {
    if ((error as Error)?.name === 'AbortError') return undefined // the reason of a signal
    if (error instanceof TrapError && error.message === 'iterator') return undefined // the caller's own, of its iterator
    if (!(error instanceof WasmpropError)) return `threw ${String((error as Error)?.stack ?? error)}`
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
    if (/[\u0000-\u001f\u007f-\u009f\u202e]/.test(error.message)) return `control characters in: ${error.message}`
    return error.message.length > 1000 ? `a message of ${error.message.length} characters: ${error.message}` : undefined
  }
}

function within<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('hangs')), HANGING)
  })
  return Promise.race([promise, hang]).finally(() => clearTimeout(timer))
}

/** Names of what the storm calls */
export const called: readonly string[] = calls.map(([name]) => name)
