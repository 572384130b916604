// The two worked examples that people bring along, against NumPy: the tutorial's 2-3-1 network in all its printed
// variants over 7000 epochs, and Mazur's 2-2-2 network, of which the published totals come from a wrong order of updates.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createNetwork, type LayerWeights, type Network, type NetworkConfig } from '../../src/index.ts'
import { type EngineName, engines, relativeDifference } from '../support/networks.ts'

type Rows = number[][]

interface TutorialPoint {
  wh: Rows
  bh: number[]
  wout: Rows
  bout: number[]
  output?: number[]
  loss?: number
}

interface TutorialRun {
  seed: number
  initial: TutorialPoint
  after_epoch: Record<string, TutorialPoint>
  gradients_epoch1: TutorialPoint
  /** Outputs that the script prints: those before its last update */
  printed_by_script: number[]
}

interface TutorialVariant {
  update_hidden_bias: boolean
  update_output_bias: boolean
  y: number[]
  runs: TutorialRun[]
}

interface Tutorial {
  lr: number
  X_raw: Rows
  y_raw: number[]
  variants: Record<string, TutorialVariant>
}

interface MazurPoint {
  W1: Rows
  b1: number[]
  W2: Rows
  b2: number[]
  out_o1: number
  out_o2: number
  E_total: number
}

interface MazurVariant {
  after_step: Record<string, MazurPoint>
  gradients_step1: { W1: Rows; b1_per_unit: number[]; W2: Rows; b2_per_unit: number[] }
}

interface Mazur {
  x: number[]
  target: number[]
  lr: number
  initial: MazurPoint
  published: Record<string, number> & { after_1: Record<string, number> }
  variants: Record<string, MazurVariant>
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'))
const tutorial: Tutorial = read('tutorial')
const mazur: Mazur = read('mazur')

/** Rounding grows with the steps. */
function toleranceAfter(steps: number): number {
  if (steps <= 10) return 1e-12
  return steps <= 100 ? 1e-11 : 1e-9
}

function expectClose(got: unknown, wanted: unknown, bound: number, what: string) {
  expect(relativeDifference(got, wanted), what).toBeLessThanOrEqual(bound)
}

const tutorialLayers = ({ wh, bh, wout, bout }: TutorialPoint): LayerWeights[] => [
  { weights: wh, biases: bh },
  { weights: wout, biases: bout },
]

function startTutorial(variant: TutorialVariant, run: TutorialRun, engine: EngineName): Promise<Network> {
  const isScaled = variant.y[0] < 1
  const layer = ({ weights, biases }: LayerWeights, trainBias: boolean) =>
    ({ units: biases.length, activation: 'sigmoid', weightInit: weights, biasInit: biases, trainBias }) as const
  const [hidden, output] = tutorialLayers(run.initial)
  return createNetwork({
    inputs: 2,
    layers: [layer(hidden, variant.update_hidden_bias), layer(output, variant.update_output_bias)],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: tutorial.lr },
    scaling: isScaled ? { inputs: 'max', targets: { divideBy: 100 } } : { inputs: 'max' },
    dtype: 'float64',
    engine,
  })
}

function expectTutorialPoint(network: Network, variant: TutorialVariant, point: TutorialPoint, epoch: number) {
  const bound = toleranceAfter(epoch)
  tutorialLayers(point).forEach((layer, index) => {
    expectClose(network.getWeights()[index].weights, layer.weights, bound, `epoch ${epoch}: weights ${index}`)
    expectClose(network.getWeights()[index].biases, layer.biases, bound, `epoch ${epoch}: biases ${index}`)
  })
  const units = variant.y[0] < 1 ? 100 : 1
  const outputs = network.predict(tutorial.X_raw).map(([output]) => output / units)
  expectClose(outputs, point.output, bound, `epoch ${epoch}: outputs`)
  expectClose(network.evaluate(tutorial.X_raw, targetsOf(variant)).loss, point.loss, 10 * bound, `epoch ${epoch}: loss`)
}

const targetsOf = ({ y }: TutorialVariant) => (y[0] < 1 ? tutorial.y_raw : y)

const tutorialRuns = Object.entries(tutorial.variants).flatMap(([name, variant]) =>
  variant.runs.map((run): [string, number, TutorialVariant, TutorialRun] => [name, run.seed, variant, run]),
)

describe.each(engines)("the tutorial's network in %s", (engine) => {
  it.each(tutorialRuns)('%s with the weights of seed %d agrees to epoch 7000', async (_name, _seed, variant, run) => {
    const network = await startTutorial(variant, run, engine)
    network.fitScaling(tutorial.X_raw, targetsOf(variant))
    expectClose(network.predict(tutorial.X_raw).length, 3, 0, 'rows')

    const { layers } = network.gradients(tutorial.X_raw, targetsOf(variant))
    const { wh, bh, wout, bout } = run.gradients_epoch1
    const frozen = (biases: number[], isTrained: boolean) => (isTrained ? biases : biases.map(() => 0))
    expectClose(layers[0].weights, wh, 1e-12, 'hidden gradients')
    expectClose(layers[0].biases, frozen(bh, variant.update_hidden_bias), 1e-12, 'hidden bias gradients')
    expectClose(layers[1].weights, wout, 1e-12, 'output gradients')
    expectClose(layers[1].biases, frozen(bout, variant.update_output_bias), 1e-12, 'output bias gradients')

    let done = 0
    const trainTo = async (epochs: number) => {
      const options = { epochs: epochs - done, batchSize: 'full' } as const
      const result = await network.train(tutorial.X_raw, targetsOf(variant), options)
      expect(result).toMatchObject({ epochs: epochs - done, stopReason: 'epochs' })
      done = epochs
    }
    for (const [epoch, point] of Object.entries(run.after_epoch)) {
      if (Number(epoch) === 7000) {
        await trainTo(6999)
        const units = variant.y[0] < 1 ? 100 : 1
        const printed = network.predict(tutorial.X_raw).map(([output]) => output / units)
        expectClose(printed, run.printed_by_script, 1e-9, 'what the script prints')
      }
      await trainTo(Number(epoch))
      expectTutorialPoint(network, variant, point, Number(epoch))
    }
  })
})

function startMazur(engine: EngineName, trainBias: boolean): Promise<Network> {
  const { W1, b1, W2, b2 } = mazur.initial
  const layer = (weights: Rows, biases: number[]): NetworkConfig['layers'][number] => ({
    units: 2,
    activation: 'sigmoid',
    weightInit: weights,
    biasInit: biases,
    trainBias,
  })
  return createNetwork({
    inputs: 2,
    layers: [layer(W1, b1), layer(W2, b2)],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: mazur.lr },
    dtype: 'float64',
    engine,
  })
}

function expectMazurPoint(network: Network, point: MazurPoint, step: number) {
  const bound = toleranceAfter(step)
  const [hidden, output] = network.getWeights()
  expectClose(hidden.weights, point.W1, bound, `step ${step}: W1`)
  expectClose(hidden.biases, point.b1, bound, `step ${step}: b1`)
  expectClose(output.weights, point.W2, bound, `step ${step}: W2`)
  expectClose(output.biases, point.b2, bound, `step ${step}: b2`)
  expectClose(network.predict(mazur.x), [point.out_o1, point.out_o2], bound, `step ${step}: outputs`)
  const { loss } = network.evaluate([mazur.x], [mazur.target])
  expectClose(loss, point.E_total, 10 * bound, `step ${step}: error`)
}

describe.each(engines)("Mazur's network in %s", (engine) => {
  it.each([
    ['no_bias_update', false],
    ['bias_per_unit', true],
  ])('%s agrees after up to 10000 steps', async (name, trainBias) => {
    const { after_step, gradients_step1: wanted } = mazur.variants[name]
    const network = await startMazur(engine, trainBias)
    const [hidden, output] = network.gradients([mazur.x], [mazur.target]).layers
    const biases = (list: number[]) => (trainBias ? list : [0, 0])
    expectClose([hidden.weights, output.weights], [wanted.W1, wanted.W2], 1e-12, 'gradients')
    expectClose(hidden.biases, biases(wanted.b1_per_unit), 1e-12, 'hidden bias gradients')
    expectClose(output.biases, biases(wanted.b2_per_unit), 1e-12, 'output bias gradients')
    let done = 0
    for (const [step, point] of Object.entries(after_step)) {
      network.trainSync([mazur.x], [mazur.target], { epochs: Number(step) - done })
      done = Number(step)
      expectMazurPoint(network, point, done)
    }
  })

  it('gives the printed numbers of the hand-worked step', async () => {
    const network = await startMazur(engine, false)
    const { out_o1, out_o2, E_total, dE_dw5, dE_dw1, after_1 } = mazur.published
    const [first, second] = network.predict(mazur.x)
    expect([first.toFixed(8), second.toFixed(8)]).toEqual([out_o1.toFixed(8), out_o2.toFixed(8)])
    const { loss, layers } = network.gradients([mazur.x], [mazur.target])
    expect(loss.toFixed(9)).toBe(E_total.toFixed(9))
    expect(layers[1].weights[0][0].toFixed(9)).toBe(dE_dw5.toFixed(9))
    expect(layers[0].weights[0][0].toFixed(9)).toBe(dE_dw1.toFixed(9))
    network.trainOnBatch([mazur.x], [mazur.target])
    const [{ weights: hidden }, { weights: output }] = network.getWeights()
    const found = [hidden[0][0], hidden[1][0], hidden[0][1], hidden[1][1], ...[output[0][0], output[1][0]]]
    found.forEach((weight, index) => {
      expect(weight).toBeCloseTo(after_1[`w${index + 1}`], 8)
    })
  })

  it('takes all hidden gradients before any weight changes', async () => {
    const wrong = mazur.variants.wrong_order_behind_published_totals.after_step[1]
    const network = await startMazur(engine, false)
    network.trainOnBatch([mazur.x], [mazur.target])
    const [hidden, output] = network.getWeights()
    expectClose(output.weights, wrong.W2, 1e-12, 'output weights')
    expect(relativeDifference(hidden.weights, wrong.W1)).toBeGreaterThan(1e-5)
  })
})
