// The storm: calls of every public method with values that no sane program hands in, each drawn with the seed.
import * as library from '../../src/index.ts'
import { checkpoint, saveSnapshot } from '../../src/node/index.ts'
import { Chance } from './chance.ts'
import { anything, TrapError, type Traps, trapped, typed } from './values.ts'
import { INPUTS, isAlive, World } from './world.ts'

export interface StormOptions {
  seed: number
  calls: number
  /** Calls between two looks at the bystanders. Default 500; 1 finds the very call */
  every?: number
  /** Longest time for one call, in ms: beyond it the call works on what was only claimed. Default: a call that hangs alone */
  longest?: number
}

export interface Finding {
  call: number
  method: string
  what: string
}

/** A promise that is open for so many ms will never be kept. */
const HANGING = 200_000

export type Act = (storm: Storm, network: library.Network) => unknown

export class Storm implements Traps {
  readonly chance: Chance
  readonly world: World
  #changes: (() => unknown)[] = []
  #depth = 0
  /** What traps have begun: what it was rejected with, in the end */
  readonly later: Promise<unknown>[] = []

  constructor(chance: Chance, world: World) {
    this.chance = chance
    this.world = world
  }

  begin(): void {
    this.#changes = []
    this.later.length = 0
  }

  /** One of the things that a getter does; never deeper than two calls */
  spring(): void {
    if (this.#depth >= 2) return
    this.#depth++
    try {
      const network = this.chance.one(this.world.networks)
      if (this.chance.is(0.4) && this.#changes.length > 0) this.chance.one(this.#changes)()
      else this.chance.one(springs)(this, network)
    } catch (error) {
      if (!isOurs(error) && !(error instanceof TypeError && /detached|resize|transfer/i.test(error.message)))
        throw error
    } finally {
      this.#depth--
    }
  }

  rows(count: number, columns: number): unknown {
    const { chance } = this
    if (chance.is(0.06)) return anything(this)
    const width = chance.is(0.05) ? chance.below(5) : columns
    const form = chance.below(6)
    const numbers = () =>
      chance.numbers(width).map((number) => (chance.is(0.01) ? chance.one([Number.NaN, 1e39, -1e300]) : number))
    let value: unknown
    if (form <= 2) {
      const rows = Array.from({ length: count }, () => {
        const row = chance.is(0.2) ? this.typed(numbers()) : numbers()
        return chance.is(0.15) ? trapped(this, row as object) : row
      })
      this.#changes.push(() => (rows.length = 0))
      value = rows
    } else if (form === 3) value = numbers()
    else if (form === 4) value = this.typed(Array.from({ length: count }, numbers).flat())
    else
      value = {
        data: chance.is(0.5)
          ? this.typed(Array.from({ length: count }, numbers).flat())
          : Array.from({ length: count }, numbers).flat(),
        rows: count,
        columns: width,
      }
    return chance.is(0.2) ? trapped(this, value as object) : value
  }

  typed(numbers: number[]): ArrayLike<number> {
    return typed(this, numbers, (change) => this.#changes.push(change))
  }

  targets(network: library.Network, count: number): unknown {
    const { chance } = this
    if (chance.is(0.25)) {
      const classes = Array.from({ length: count }, () => chance.below(2))
      return chance.is(0.5) ? this.typed(classes) : chance.is(0.3) ? trapped(this, classes) : classes
    }
    if (chance.is(0.3))
      return Array.from({ length: count }, () =>
        [1, 0].map((one) => (chance.is(0.5) ? one : 1 - one)).slice(0, unitsOf(network)),
      )
    return this.rows(count, unitsOf(network))
  }

  /** Some of these options, some of them anything, the object perhaps trapped */
  options(choices: Record<string, () => unknown>): object | undefined {
    const { chance } = this
    if (chance.is(0.1)) return undefined
    if (chance.is(0.04)) return anything(this) as object
    const options: Record<string, unknown> = {}
    for (const [name, make] of Object.entries(choices)) {
      if (chance.is(0.25)) options[name] = chance.is(0.12) ? anything(this) : make()
    }
    if (chance.is(0.01)) options[String(chance.one(['__proto__', 'epocs', 'x']))] = anything(this)
    return chance.is(0.2) ? trapped(this, options) : options
  }

  callback(): unknown {
    return () => {
      this.spring()
      if (this.chance.is(0.05)) throw new TrapError('callback')
      return this.chance.is(0.05) ? this.chance.one([false, undefined, 3, Promise.resolve(false)]) : undefined
    }
  }

  train(more: Record<string, () => unknown> = {}): object | undefined {
    const { chance } = this
    return this.options({
      epochs: () => 1 + chance.below(3),
      batchSize: () => chance.one([1, 2, 'full']),
      shuffle: () => chance.is(0.5),
      validation: () => chance.one([{ split: 0.4 }, { inputs: this.rows(2, INPUTS), targets: this.rows(2, 2) }]),
      earlyStopping: () => ({ patience: chance.below(3) }),
      targetLoss: () => chance.number(),
      sampleWeights: () => this.rows(3, 1),
      classWeights: () => chance.one(['balanced', [1, 2], this.typed([1, 2])]),
      onEpoch: () => this.callback(),
      history: () => ({ weights: { every: 1 } }),
      signal: () => chance.one([AbortSignal.abort(), new AbortController().signal]),
      ...more,
    })
  }

  config(): unknown {
    const { chance } = this
    const name = (names: string[]) => () => chance.one([...names, ...names.map((each) => ({ name: each }))])
    const layer = () =>
      this.options({
        units: () => 1 + chance.below(3),
        activation: name(['tanh', 'relu', 'softmax', 'sigmoid', 'leakyRelu']),
        weightInit: () => chance.one(['zeros', { name: 'normal' }, this.rows(2, 2)]),
        biasInit: () => chance.one(['zeros', this.rows(1, 2)]),
        dropout: () => chance.next(),
      })
    return (
      this.options({
        inputs: () => INPUTS,
        layers: () => [layer(), { units: 2 }],
        loss: name(['huber', 'meanSquaredError', 'categoricalCrossEntropy']),
        optimizer: name(['adam', 'lbfgs', 'rprop', 'nadam']),
        scaling: () => chance.one([{ inputs: 'standard' }, { inputs: { divideBy: this.rows(1, INPUTS) } }]),
        dtype: () => chance.one(['float32', 'float64']),
        engine: () => chance.one(['wasm', 'typescript']),
        seed: () => chance.below(9),
      }) ?? { inputs: INPUTS, layers: [{ units: 2 }] }
    )
  }

  weights(network: library.Network): unknown {
    const { chance } = this
    const layers: object[] = network.getWeights().map(({ weights, biases }) => {
      const layer = {
        weights: chance.is(0.2)
          ? this.typed(weights.flat())
          : weights.map((row) => (chance.is(0.1) ? trapped(this, row) : row)),
        biases: chance.is(0.2) ? this.typed(biases) : biases,
      }
      return chance.is(0.2) ? trapped(this, layer) : layer
    })
    return chance.is(0.05) ? anything(this) : chance.is(0.2) ? trapped(this, layers) : layers
  }
}

const unitsOf = ({ layers }: library.Network) => layers[layers.length - 1].units
/** By its name: the built package has a class of its own. */
const isOurs = (error: unknown) =>
  error instanceof TrapError || (error instanceof Error && error.name === 'WasmpropError' && 'code' in error)
const stackOf = (error: unknown) => (error instanceof Error ? `${error.stack}` : String(error))
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  )
const few = (storm: Storm) => 1 + storm.chance.below(4)
type Any = never

const metrics = ['accuracy', 'auc', 'f1', 'r2', 'confusion', 'topK', 'meanAbsoluteError']

/** What traps do, all of it at once */
const springs: Act[] = [
  (_storm, network) => network.dispose(),
  (_storm, network) => network.trainOnBatch([[1, 2]], [[1, 0]]),
  (_storm, network) =>
    network.trainSync(
      [
        [1, 2],
        [0, 1],
      ],
      [
        [1, 0],
        [0, 1],
      ],
      { epochs: 1 },
    ),
  (_storm, network) =>
    network.predict([
      [1, 2],
      [3, 4],
    ]),
  (_storm, network) => network.predict(new Float32Array(4)),
  (_storm, network) => network.evaluate([[1, 2]], [[1, 0]]),
  (_storm, network) => network.gradients([[1, 2]], [[1, 0]]),
  (_storm, network) => network.setWeights(network.getWeights()),
  (_storm, network) =>
    network.fitScaling(
      [
        [1, 2],
        [3, 5],
      ],
      [
        [1, 2],
        [3, 5],
      ],
    ),
  (_storm, network) => network.clone().dispose(),
  (_storm, network) => network.snapshot(),
  (storm, network) => storm.later.push(outcome(network.train([[1, 2]], [[1, 0]], { epochs: 2 }))),
  (storm, network) =>
    storm.later.push(outcome(library.restoreNetwork(network.snapshot()).then((copy) => copy.dispose()))),
]

export const methods: Record<string, Act> = {
  predict: (storm, network) => network.predict(storm.rows(few(storm), network.inputs) as Any),
  predictClass: (storm, network) => network.predictClass(storm.rows(few(storm), network.inputs) as Any),
  predictInto(storm, network) {
    const rows = few(storm)
    const outputs = storm.chance.is(0.1) ? anything(storm) : storm.typed(Array(rows * unitsOf(network)).fill(0))
    return network.predictInto(
      storm.rows(rows, network.inputs) as Any,
      (storm.chance.is(0.2) ? trapped(storm, Object(outputs)) : outputs) as Any,
    )
  },
  evaluate(storm, network) {
    const rows = few(storm)
    const options = storm.options({
      metrics: () => Array.from({ length: storm.chance.below(3) }, () => storm.chance.one(metrics)),
      sampleWeights: () => storm.rows(rows, 1),
    })
    return network.evaluate(storm.rows(rows, network.inputs) as Any, storm.targets(network, rows) as Any, options)
  },
  gradients(storm, network) {
    const rows = few(storm)
    return network.gradients(
      storm.rows(rows, network.inputs) as Any,
      storm.targets(network, rows) as Any,
      storm.options({ clipped: () => true }),
    )
  },
  trainOnBatch(storm, network) {
    const rows = few(storm)
    const options = storm.options({ sampleWeights: () => storm.rows(rows, 1) })
    return network.trainOnBatch(storm.rows(rows, network.inputs) as Any, storm.targets(network, rows) as Any, options)
  },
  trainSync(storm, network) {
    const rows = few(storm)
    network.trainSync(storm.rows(rows, network.inputs) as Any, storm.targets(network, rows) as Any, storm.train())
  },
  trainOnGradients(storm, network) {
    const rows = few(storm)
    return network.trainOnGradients(storm.rows(rows, network.inputs) as Any, storm.rows(rows, unitsOf(network)) as Any)
  },
  reconfigure(storm, network) {
    const options = storm.options({
      learningRate: () => storm.chance.one([0, 1e-3, 0.1, 'cosine', Number.NaN]),
      weightDecay: () => storm.chance.one([0, 0.01, -1]),
      regularization: () => storm.options({ l1: () => 0.01, l2: () => storm.chance.one([0, 0.1, Number.NaN]) }),
      clipNorm: () => storm.chance.one([0, 1, Number.POSITIVE_INFINITY]),
      clipValue: () => storm.chance.one([0, 0.5]),
      trainable: () => network.layers.map(() => storm.chance.is(0.5)),
    })
    return network.reconfigure(options as Any)
  },
  fitScaling(storm, network) {
    const rows = few(storm)
    return network.fitScaling(storm.rows(rows, network.inputs) as Any, storm.targets(network, rows) as Any)
  },
  setWeights: (storm, network) => network.setWeights(storm.weights(network) as Any),
  weightsHash: (_storm, network) => network.weightsHash(),
  summary: (_storm, network) => network.summary(),
  dispose: (storm, network) => storm.chance.is(0.2) && network.dispose(),
  clone: (storm, network) => {
    const copy = network.clone()
    copy.predict(storm.rows(2, copy.inputs) as Any)
    copy.dispose()
  },
  explain: (storm, network) => {
    const explanation = library.explain(network, storm.rows(1, network.inputs) as Any, storm.targets(network, 1) as Any)
    explanation.toText(storm.options({ digits: () => 3 }) as Any)
  },
  explainAnything: (storm) => library.explain(anything(storm) as Any, [1, 2], [1]),
  checkGradients(storm, network) {
    const rows = few(storm)
    return library.checkGradients(
      network,
      storm.rows(rows, network.inputs) as Any,
      storm.targets(network, rows) as Any,
      storm.options({ parameters: () => 3 }),
    )
  },
  diagnose: (storm, network) =>
    void library.diagnose(
      storm.rows(4, network.inputs) as Any,
      storm.targets(network, 4) as Any,
      storm.config() as Any,
    ),
  estimateMemory: (storm) =>
    library.estimateMemory(storm.config() as Any, (storm.chance.is(0.5) ? 10 : anything(storm)) as Any),
  checkpoint: (storm) => checkpoint(storm.options({ everyEpochs: () => 2 }) as Any),
}

export const promising: Record<string, Act> = {
  async createNetwork(storm) {
    const network = await library.createNetwork(storm.config() as Any)
    network.dispose()
  },
  train(storm, network) {
    const rows = few(storm)
    return network.train(storm.rows(rows, network.inputs) as Any, storm.targets(network, rows) as Any, storm.train())
  },
  resume(storm, network) {
    const rows = few(storm)
    return network.resume(
      storm.rows(rows, network.inputs) as Any,
      storm.targets(network, rows) as Any,
      storm.options({ onEpoch: () => storm.callback() }),
    )
  },
  trainStream(storm, network) {
    const batch = () => {
      const rows = few(storm)
      const parts = { inputs: storm.rows(rows, network.inputs), targets: storm.targets(network, rows) }
      return storm.chance.is(0.1) ? anything(storm) : storm.chance.is(0.2) ? trapped(storm, parts) : parts
    }
    // What a function of the caller's throws comes out as it is.
    const odd = anything(storm)
    const source = storm.chance.is(0.1) && typeof odd !== 'function' ? odd : [batch(), batch()]
    const options = storm.options({ epochs: () => 1, onEpoch: () => storm.callback() })
    return network.trainStream(source as Any, options)
  },
  async restoreNetwork(storm, network) {
    const bytes = network.snapshot()
    if (storm.chance.is(0.5)) bytes[storm.chance.below(bytes.length)] ^= 1 << storm.chance.below(8)
    const given = storm.chance.is(0.2) ? anything(storm) : storm.chance.is(0.2) ? trapped(storm, bytes) : bytes
    const options = storm.options({ engine: () => 'typescript' })
    ;(await library.restoreNetwork(given as Any, options)).dispose()
  },
  async networkFromJSON(storm, network) {
    const model = JSON.parse(JSON.stringify(network))
    const place = storm.chance.one([
      model,
      ...Object.values(model).filter((part) => typeof part === 'object' && part !== null),
    ])
    if (storm.chance.is(0.4)) place[storm.chance.one(Object.keys(place))] = anything(storm)
    const given = storm.chance.is(0.3) ? trapped(storm, model) : storm.chance.is(0.05) ? anything(storm) : model
    ;(await library.networkFromJSON(given, storm.options({ engine: () => 'typescript' }))).dispose()
  },
  saveSnapshot: (storm) =>
    saveSnapshot(
      storm.options({ snapshot: () => storm.callback() }) as Any,
      storm.chance.one([1, {}, null, undefined]) as Any,
    ),
}

/** What takes long: one call in so many */
const RARE = 400
const rare: Record<string, Act> = {
  compareEngines: (storm) =>
    library.compareEngines(
      storm.config() as Any,
      storm.rows(3, INPUTS) as Any,
      storm.rows(3, 2) as Any,
      storm.train() as Any,
    ),
  async trainMany(storm) {
    const configs = storm.chance.is(0.2) ? anything(storm) : [storm.config(), storm.config()]
    const options = storm.train({ threads: () => 1 })
    const trained = await library.trainMany(
      (storm.chance.is(0.2) ? trapped(storm, Object(configs)) : configs) as Any,
      storm.rows(3, INPUTS) as Any,
      storm.rows(3, 2) as Any,
      options as Any,
    )
    for (const { network } of trained) network.dispose()
  },
  async crossValidate(storm) {
    const options = storm.train({ threads: () => 1, folds: () => 2, metrics: () => metrics })
    await library.crossValidate(
      storm.config() as Any,
      storm.rows(4, INPUTS) as Any,
      storm.rows(4, 2) as Any,
      options as Any,
    )
  },
}

/** Every method that the storm calls, for the test that none is left out */
export const called = [...Object.keys(methods), ...Object.keys(promising), ...Object.keys(rare)]

function draw(chance: Chance): [string, Act] {
  if (chance.below(RARE) === 0) return chance.one(Object.entries(rare))
  return chance.one(Object.entries(chance.is(0.15) ? promising : methods))
}

/** Runs so many calls; gives what was found, the first thing only. */
export async function storm(options: StormOptions): Promise<Finding | undefined> {
  const { seed, calls, every = 500, longest = Number.POSITIVE_INFINITY } = options
  const chance = new Chance(seed)
  const world = await World.create(chance)
  const state = new Storm(chance, world)
  try {
    for (let call = 0; call < calls; call++) {
      const [method, act] = draw(chance)
      const started = performance.now()
      const what = await attempt(state, act)
      const took = performance.now() - started
      if (took > longest) return { call, method, what: `took ${took} ms` }
      if (what !== undefined) return { call, method, what }
      if (call % every !== 0 && call !== calls - 1) continue
      const changed = world.changed()
      if (changed.length > 0) return { call, method, what: `memory of bystanders ${changed} changed` }
      if (!world.areFinite()) return { call, method, what: 'a weight is not finite' }
    }
  } finally {
    world.end()
  }
  return undefined
}

async function attempt(state: Storm, act: Act): Promise<string | undefined> {
  const what = await attemptOn(state, act, state.chance.one(state.world.networks))
  if (!state.world.networks.every(isAlive)) await state.world.renew(state.chance)
  return what
}

/** Gives what is wrong with what came of it. */
export async function attemptOn(state: Storm, act: Act, network: library.Network): Promise<string | undefined> {
  state.begin()
  let result: unknown
  try {
    result = act(state, network)
    result = result instanceof Promise ? await within(result) : result
  } catch (error) {
    if (!isOurs(error)) return stackOf(error)
    const { message } = error as Error
    if (message.length > 1000) return `a message of ${message.length}: ${message.slice(0, 200)}`
  }
  for (const promise of state.later) {
    const error = await within(promise)
    if (error !== undefined && !isOurs(error)) return stackOf(error)
  }
  return typeof result === 'number' && !Number.isFinite(result) ? `a result of ${result}` : undefined
}

function within<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('hangs')), HANGING)
  })
  return Promise.race([promise, hang]).finally(() => clearTimeout(timer))
}
