// Both engines leave the same bits: random networks over all that the tables offer, and the sizes around vectors, tiles and
// blocks one by one. What is compared is everything that can be read, and the memory itself.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WasmpropError } from '../../src/errors.ts'
import { createNetwork, type MatrixInput, type TrainOptions } from '../../src/index.ts'
import { Network } from '../../src/network/network.ts'
import { valuesOf } from '../../src/numerics/values.ts'
import { activations } from '../../src/tables/activations.ts'
import { losses } from '../../src/tables/losses.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { isAccepted, loosely } from '../support/choices.ts'
import { bitsOf, dtypes, type EngineName, engines, numbersOf, rowsOf, trainedBits } from '../support/networks.ts'

const RUNS = 200
const SIZES = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127]
/** Multiplications that one case may take, so that all of them stay within seconds */
const WORK = 1e6

const signed = (numbers: number[]) => numbers.flatMap((number) => [number, -number])
const EXTREMES = {
  float32: signed([0, 2 ** -149, 2 ** -126, 1e-20, 1, 3, 10, 20, 88, 104, 1e3, 1e6, 1e13, 1e20, 1e30, 3e38]),
  float64: signed([0, 5e-324, 2 ** -1022, 1e-155, 1, 3, 10, 20, 88, 709, 746, 1e6, 1e13, 1e77, 1e155, 1.7e308]),
}

type Entry = { readonly options: Readonly<Record<string, object>> }
type Options = Record<string, unknown>

interface Case {
  config: Options
  inputs: MatrixInput
  targets: MatrixInput
  options: TrainOptions
}

// Random configurations

const size = fc.oneof(
  { arbitrary: fc.constantFrom(...SIZES.filter((units) => units <= 8)), weight: 2 },
  { arbitrary: fc.constantFrom(...SIZES), weight: 1 },
)

const rowCount = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 40 }), weight: 3 },
  { arbitrary: fc.constantFrom(255, 256, 257, 512, 600), weight: 1 },
)

/** A value within the bounds that a table gives */
function optionValue(description: {
  kind?: string
  default?: unknown
  min?: number
  above?: number
  max?: number
  below?: number
}) {
  const { kind, default: usual, min, above, max, below } = description
  if (kind === 'boolean') return fc.boolean()
  if (kind !== 'number' || typeof usual !== 'number') return fc.constant(usual)
  const least = min ?? (above === undefined ? usual - 1 : above + 1e-6)
  const most = Math.min(max ?? usual + 1, below === undefined ? usual + 1 : below - 1e-6)
  return fc.oneof(fc.constant(usual), fc.double({ min: least, max: Math.max(least, most), noNaN: true }))
}

/** Any entry, by its name alone or with some of its options */
function entryOf(table: Readonly<Record<string, Entry>>): fc.Arbitrary<Options & { name: string }> {
  const entries = Object.entries(table).map(([name, { options }]) => {
    const values = Object.entries(options).map(([option, description]) => [option, optionValue(description)] as const)
    return fc.record({ name: fc.constant(name), ...Object.fromEntries(values) }, { requiredKeys: ['name'] })
  })
  return fc.oneof(...(entries as fc.Arbitrary<Options & { name: string }>[]))
}

const biases = fc.constantFrom<Options>({}, {}, { bias: false }, { trainBias: false }, { trainable: false })
const scaling = fc.constantFrom<unknown>(
  ...['none', 'none', 'max', 'maxAbs', 'minMax', 'standard', 'robust', { divideBy: 3 }, { offset: 1, scale: 0.5 }],
)

const extra = fc.constantFrom<Options>(
  {},
  {},
  { regularization: { l1: 0.001, l2: 0.01 } },
  { clipNorm: 0.5 },
  { clipValue: 0.1 },
  { regularization: { l2: 0.1 }, clipNorm: 1, clipValue: 0.5 },
)
/** Those above 1 make many networks diverge. */
const rate = fc.constantFrom<unknown>(
  ...[undefined, 0.001, 0.01, 0.1, 100, 1e9, (step: number, epoch: number) => 0.1 / (1 + step + epoch)],
  { name: 'step', initial: 0.1, stepSize: 2, gamma: 0.5, unit: 'epoch' },
  { name: 'exponential', initial: 0.1, gamma: 0.9, unit: 'step' },
  { name: 'cosine', initial: 0.1, total: 5, minimum: 0.001, unit: 'step' },
  { name: 'linearWarmup', initial: 0.1, warmup: 3, unit: 'step' },
  { name: 'warmupCosine', initial: 0.1, warmup: 2, total: 7, unit: 'epoch' },
  { name: 'reduceOnPlateau', initial: 0.1, factor: 0.5, patience: 0 },
)
const dropouts = [{}, {}, { dropout: 0.3 }]
const course = fc.constantFrom<TrainOptions>(
  {},
  {},
  { validation: { split: 0.3 } },
  { validation: { split: 0.2, order: 'last' }, earlyStopping: { patience: 1 } },
  { earlyStopping: { patience: 0, minDelta: 0.01, restoreBest: false } },
)

const plan = fc.record({
  inputs: size,
  hidden: fc.array(
    fc.record({
      units: size,
      activation: entryOf(activations),
      biases,
      dropout: fc.constantFrom<Options>(...dropouts),
    }),
    { maxLength: 3 },
  ),
  outputs: size,
  outputActivation: entryOf(activations),
  outputBiases: biases,
  loss: entryOf(losses),
  optimizer: entryOf(optimizers),
  rate,
  extra,
  magnitude: fc.constantFrom(3, 3, 3, 1e6, 1e30),
  scaling: fc.record({ inputs: scaling, targets: scaling }),
  dtype: fc.constantFrom(...dtypes),
  seed: fc.nat(),
  rows: rowCount,
  epochs: fc.integer({ min: 1, max: 4 }),
  batchSize: fc.constantFrom<number | 'full'>(1, 3, 8, 32, 100, 300, 'full'),
  shuffle: fc.boolean(),
  asClasses: fc.boolean(),
  isWeighted: fc.boolean(),
  course,
})
type Plan = typeof plan extends fc.Arbitrary<infer Value> ? Value : never

function caseOf(drawn: Plan): Case {
  const { activation: needed, minimumOutputs, targets: kind } = lossOf(drawn.loss.name)
  const output = needed === undefined ? drawn.outputActivation : { name: needed }
  const widest = (units: number, { name }: { name: string }) => (name === 'softmax' ? Math.max(2, units) : units)
  const outputs = Math.max(minimumOutputs, widest(drawn.outputs, output))
  const layers = [
    ...drawn.hidden.map(({ units, activation, biases, dropout }) => {
      return { units: widest(units, activation), activation, ...biases, ...dropout }
    }),
    { units: outputs, activation: output, ...drawn.outputBiases },
  ]
  const { inputs, dtype, seed } = drawn
  const base = { inputs, layers, dtype, seed }
  const scaling = kind === 'number' ? drawn.scaling : { inputs: drawn.scaling.inputs }
  const learningRate = drawn.rate === undefined ? {} : { learningRate: drawn.rate }
  const config = [
    { ...base, loss: drawn.loss, optimizer: { ...drawn.optimizer, ...learningRate }, scaling, ...drawn.extra },
    { ...base, loss: drawn.loss, optimizer: drawn.optimizer.name, scaling, ...drawn.extra },
    { ...base, loss: drawn.loss.name, optimizer: drawn.optimizer.name, scaling },
    // L-BFGS takes no dropout.
    {
      ...base,
      layers: layers.map((layer) => ({ ...layer, dropout: 0 })),
      loss: drawn.loss.name,
      optimizer: drawn.optimizer.name,
      scaling,
    },
  ].find(isAccepted)
  if (config === undefined) throw new Error('expected one of the configurations to be taken')
  const rows = affordableRows(drawn, layers)
  return {
    config,
    inputs: inputsOf(drawn, rows),
    targets: targetsOf(drawn, kind, rows, outputs),
    options: {
      epochs: drawn.epochs,
      batchSize: drawn.batchSize,
      shuffle: drawn.shuffle,
      ...drawn.course,
      ...(drawn.isWeighted ? { sampleWeights: numbersOf(rows, seed + 2).map((value) => 1 + value) } : {}),
      ...(kind === 'distribution' && drawn.asClasses ? { classWeights: 'balanced' } : {}),
    },
  }
}

interface LossEntry {
  activation?: string
  minimumOutputs: number
  targets: string
}

const lossOf = (name: string) => losses[name as keyof typeof losses] as LossEntry

/** As many rows as can be trained on with this batch size and these epochs */
function affordableRows({ inputs, rows, epochs, batchSize }: Plan, layers: { units: number }[]): number {
  const widths = [inputs, ...layers.map(({ units }) => units)]
  const weights = layers.reduce((sum, { units }, layer) => sum + units * widths[layer], 0)
  const perRow = weights * epochs * (3 + 6 / (batchSize === 'full' ? rows : batchSize))
  return Math.max(2, Math.min(rows, Math.floor(WORK / perRow)))
}

function inputsOf({ inputs, magnitude, scaling, seed }: Plan, rows: number): MatrixInput {
  const values = rowsOf(rows, inputs, seed).map((row) => row.map((value) => magnitude * value))
  return scaling.inputs === 'max' ? values.map((row) => row.map(Math.abs)) : values
}

function targetsOf({ seed, scaling, asClasses }: Plan, kind: string, rows: number, outputs: number): MatrixInput {
  const values = rowsOf(rows, outputs, seed + 1)
  const shares = values.map((row) => row.map((value) => (value + 1.001) / 2.001))
  if (kind === 'probability') return shares
  if (kind === 'number') return scaling.targets === 'max' ? shares : values
  if (asClasses) return shares.map((row) => row.indexOf(Math.max(...row)))
  return shares.map((row) => row.map((value) => value / row.reduce((sum, share) => sum + share)))
}

// What a network leaves

/** Results of every call by name, as digests; refusals in words */
async function traceOf(
  { config, inputs, targets, options }: Case,
  engine: EngineName,
): Promise<Record<string, string>> {
  const network = await createNetwork(loosely({ ...config, engine }))
  const trace: Record<string, string> = {}
  const note = (name: string, read: () => string) => {
    try {
      trace[name] = read()
    } catch (error) {
      if (!(error instanceof WasmpropError)) throw error
      trace[name] = `${error.code}: ${error.message}`
    }
  }
  const biasesBefore = network.getWeights().map(({ biases }) => biases)
  note('train', () => trained(network, inputs, targets, options))
  if (trace.train.startsWith('INVALID_CONFIG')) {
    note('train in full batches', () => trained(network, inputs, targets, { ...options, batchSize: 'full' }))
  }
  note('weights', () => network.weightsHash())
  note('memory', () => trainedBits(network))
  note('predictions', () => bitsOf(network.predict(inputs)))
  note('evaluate', () => bitsOf(network.evaluate(inputs, targets).loss))
  note('gradients', () => gradientsOf(network, inputs, targets))
  note('one step', () => bitsOf(network.trainOnBatch(inputs, targets)))
  note('weights in the end', () => network.weightsHash())
  expectPadsAndFrozenBiases(network, biasesBefore)
  network.dispose()
  return trace
}

function trained(network: Network, inputs: MatrixInput, targets: MatrixInput, options: TrainOptions): string {
  const { epochs, steps, loss, validationLoss, bestEpoch, stopReason, advice } = network.trainSync(
    inputs,
    targets,
    options,
  )
  const told = `${epochs} epochs, ${steps} steps, ${stopReason}, best ${bestEpoch}`
  return `${told}, ${bitsOf(loss, validationLoss)} ${advice}`
}

function gradientsOf(network: Network, inputs: MatrixInput, targets: MatrixInput): string {
  const { loss, penalty, norm, layers } = network.gradients(inputs, targets)
  return bitsOf(
    loss,
    penalty,
    norm,
    layers.map(({ weights, biases }) => [weights.flat(), biases]),
  )
}

/** Pads stay 0, or all sums along them would be wrong; biases that are not trained or not there stay as they were. */
function expectPadsAndFrozenBiases(network: Network, before: number[][]) {
  const { engine, layout, config } = Network.stateOf(network)
  const values = valuesOf(engine.buffer, config.dtype)
  let pads = 0
  for (const { inputs, units, stride, weights } of layout.layers) {
    const width = stride / layout.bytesPerValue
    const start = weights / layout.bytesPerValue
    for (let row = 0; row <= inputs; row++) {
      for (let column = units; column < width; column++) pads += Number(values[start + row * width + column] !== 0)
    }
  }
  expect(pads).toBe(0)
  network.getWeights().forEach(({ biases }, layer) => {
    if (!network.layers[layer].trainBias) expect(biases).toEqual(before[layer])
  })
}

async function expectEqualBits(drawn: Case) {
  expect(await traceOf(drawn, 'wasm')).toEqual(await traceOf(drawn, 'typescript'))
}

describe('wasm and typescript leave the same bits', () => {
  it(`in ${RUNS} random networks`, async () => {
    const property = fc.asyncProperty(plan, (drawn) => expectEqualBits(caseOf(drawn)))
    await fc.assert(property, { numRuns: RUNS, seed: 20240607 })
  })

  it.each(dtypes)('for every pair of widths, in %s', async (dtype) => {
    for (const inputs of SIZES) {
      for (const units of SIZES) {
        const layers = [{ units, activation: 'tanh' }, { units: 2 }]
        const config = { inputs, layers, dtype, seed: inputs * 1000 + units }
        const options = { epochs: 1, batchSize: 3 }
        await expectEqualBits({ config, inputs: rowsOf(5, inputs, 1), targets: rowsOf(5, 2, 2), options })
      }
    }
  })

  it.each([1, 15, 16, 17, 255, 256, 257, 511, 512, 513, 1025])(
    'for %d rows, in one batch and in many',
    async (rows) => {
      for (const batchSize of ['full', 256, 17] as const) {
        for (const dtype of dtypes) {
          const layers = [
            { units: 5, activation: 'sigmoid' },
            { units: 3, activation: 'softmax' },
          ]
          const config = { inputs: 4, layers, dtype, optimizer: { name: 'sgd', momentum: 0.9 }, seed: rows }
          const classes = rowsOf(rows, 1, 4).map(([value]) => Math.floor((value + 1) * 1.4999))
          await expectEqualBits({
            config,
            inputs: rowsOf(rows, 4, 3),
            targets: classes,
            options: { epochs: 2, batchSize },
          })
        }
      }
    },
  )

  it.each([5003, 70001])('with %d inputs, of which blocks hold few rows', async (inputs) => {
    const config = { inputs, layers: [{ units: 2, activation: 'tanh' }], dtype: 'float32', seed: 5 }
    const options = { epochs: 1, batchSize: 'full' } as const
    const rows = inputs < 10000 ? 220 : 17
    await expectEqualBits({
      config,
      inputs: Float64Array.from(numbersOf(rows * inputs, 1)),
      targets: rowsOf(rows, 2, 2),
      options,
    })
  })

  it.each(Object.keys(losses))('at extreme nets and targets, to the sign of zero, with %s', async (loss) => {
    const { activation: needed, minimumOutputs, targets: kind } = lossOf(loss)
    const outputs = needed === undefined ? Object.keys(activations).filter((name) => name !== 'softmax') : [needed]
    const targets = kind === 'number' ? [0.5, 0, -0, -2] : [1, 0]
    for (const [activation, dtype] of outputs.flatMap((name) => dtypes.map((type) => [name, type] as const))) {
      const weightInit = { name: 'constant', value: 1 }
      const layers = [{ units: minimumOutputs, activation, weightInit }]
      const found = engines.map(async (engine) => {
        const network = await createNetwork(loosely({ inputs: 1, layers, loss, dtype, engine }))
        return EXTREMES[dtype].flatMap((net) =>
          targets.map((target) => {
            const row = kind === 'distribution' ? [target, 1 - target] : [target]
            // What overflows is refused, by both or by neither.
            const gradients = codeOr(() => network.gradients([[net]], [row]))
            return { net, target, outputs: codeOr(() => network.predict([[net]])), gradients }
          }),
        )
      })
      expect(await found[0], `${activation} in ${dtype}`).toEqual(await found[1])
    }
  })
})

/** A result, or the code with which it is refused */
function codeOr<Result>(call: () => Result): Result | string {
  try {
    return call()
  } catch (error) {
    if (error instanceof WasmpropError) return error.code
    throw error
  }
}

describe('the number of rows in a batch never changes what a row gives', () => {
  it.each(dtypes)('predictions of many rows are those of each alone, in %s', async (dtype) => {
    const layers = [
      { units: 17, activation: 'tanh' },
      { units: 3, activation: 'softmax' },
    ] as const
    const network = await createNetwork({ inputs: 9, layers, dtype, seed: 2 })
    const inputs = rowsOf(700, 9, 8)
    expect(bitsOf(network.predict(inputs))).toBe(bitsOf(inputs.map((row) => network.predict(row))))
  })
})
