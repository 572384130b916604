// Training runs of 50 steps that PyTorch recorded: gradients and outputs of the first step, losses of all, weights after
// 1, 2, 10 and 50.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createNetwork, type Network, type NetworkConfig } from '../../src/index.ts'
import { dtypes, type EngineName, engines, relativeDifference } from '../support/networks.ts'

type Rows = number[][]
type Options = Record<string, unknown>
type Dtype = (typeof dtypes)[number]

interface Parameters {
  W: Rows[]
  b: Rows
}

interface Trajectory {
  config: {
    layers: number[]
    activations: string[]
    loss: Options & { name: string }
    optimizer: Options & { name: string; lr: number }
    schedule?: Options & { name: string; unit: string }
    lr_per_step: number[]
    batch_size: number
    steps_per_epoch: number
    l1?: number
    l2?: number
    clip_norm?: number
    clip_value?: number
  }
  X: Rows
  /** Rows, or class numbers */
  Y: Rows | number[]
  initial: Parameters
  batches: string | Rows
  loss_per_step: number[]
  checkpoints: Record<string, Parameters & { full_loss_after: number; outputs_after?: Rows }>
  step1: {
    rows: number[]
    outputs: Rows
    data_loss: number
    gradients_of_data_loss: Parameters
    gradients_with_penalty?: Parameters
    penalty?: number
  }
  float32_deviation: { after_step: Record<string, number> }
}

const folder = new URL('../fixtures/trajectories/', import.meta.url)
const trajectories = readdirSync(folder).map((file): [string, Trajectory] => [
  file.replace('.json', ''),
  JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
])

/** The files' names where they are not the library's in snake_case */
const NAMES: Record<string, string> = {
  mse: 'meanSquaredError',
  half_sse: 'halfSquaredError',
  mae: 'meanAbsoluteError',
  l1: 'meanAbsoluteError',
  bce: 'binaryCrossEntropy',
  softmax_ce: 'categoricalCrossEntropy',
  smooth_l1: 'smoothL1',
  sgd_momentum: 'sgd',
  sgd_nesterov: 'sgd',
  nesterov: 'sgd',
  amsgrad: 'adam',
}
const OPTION_NAMES: Record<string, string> = { eps: 'epsilon', alpha: 'rho', min: 'minimum' }

const camelCase = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const nameOf = (name: string) => NAMES[name] ?? camelCase(name)

/** A file's options under the library's names, without its words and those in `left` */
function optionsOf(options: Options, left: string[] = []): Options {
  const kept = Object.entries(options).filter(
    ([name]) => !['name', 'formula', 'decay_on', 'lr', ...left].includes(name),
  )
  return Object.fromEntries(kept.map(([name, value]) => [OPTION_NAMES[name] ?? camelCase(name), value]))
}

function optimizerOf({ optimizer, schedule }: Trajectory['config'], rates?: (step: number) => number): Options {
  const { name, lr, decay_on } = optimizer
  const scheduled = schedule && { name: nameOf(schedule.name), initial: lr, ...optionsOf(schedule) }
  return {
    name: nameOf(name),
    ...optionsOf(optimizer),
    ...(name === 'amsgrad' ? { amsgrad: true } : {}),
    ...(name === 'nesterov' ? { nesterov: true } : {}),
    ...(decay_on === 'weights' ? { decayBiases: false } : {}),
    learningRate: rates ?? scheduled ?? lr,
  }
}

/** `rates` instead of the file's own schedule */
function configOf({ config }: Trajectory, rates?: (step: number) => number): NetworkConfig {
  const [inputs, ...units] = config.layers
  const { l1, l2, clip_norm: clipNorm, clip_value: clipValue } = config
  const isSoftmax = config.loss.name === 'softmax_ce'
  const loss = { name: nameOf(config.loss.name), ...optionsOf(config.loss) }
  return {
    inputs,
    layers: units.map((width, layer) => ({
      units: width,
      activation: isSoftmax && layer === units.length - 1 ? 'softmax' : nameOf(config.activations[layer]),
    })),
    loss,
    optimizer: optimizerOf(config, rates),
    seed: 1,
    ...(l1 === undefined && l2 === undefined ? {} : { regularization: { l1, l2 } }),
    clipNorm,
    clipValue,
  } as unknown as NetworkConfig
}

const batchesOf = ({ batches, X }: Trajectory, step: number): number[] =>
  typeof batches === 'string' ? X.map((_, row) => row) : batches[step]
const pick = ({ X, Y }: Trajectory, rows: number[]): [Rows, Rows] => [
  rows.map((row) => X[row]),
  rows.map((row) => Y[row]) as Rows,
]

/** A network that starts where the file starts */
async function start(trajectory: Trajectory, engine: EngineName, dtype: Dtype, config = configOf(trajectory)) {
  const network = await createNetwork({ ...config, engine, dtype })
  const { W, b } = trajectory.initial
  network.setWeights(W.map((weights, layer) => ({ weights, biases: b[layer] })))
  return network
}

/** Bounds by the last step of a stretch; those of the files' makers */
function toleranceOf({ float32_deviation }: Trajectory, dtype: Dtype, step: number): number {
  const checkpoint = [1, 2, 10, 50].find((last) => step <= last) as number
  if (dtype === 'float32') return Math.max(5e-6, 20 * float32_deviation.after_step[checkpoint])
  return { 1: 1e-12, 2: 1e-12, 10: 1e-10, 50: 1e-9 }[checkpoint] as number
}

function expectParameters(
  layers: ReturnType<Network['getWeights']>,
  { W, b }: Parameters,
  bound: number,
  what: string,
) {
  layers.forEach(({ weights, biases }, layer) => {
    expect(relativeDifference(weights, W[layer]), `${what}: weights of layer ${layer}`).toBeLessThanOrEqual(bound)
    expect(relativeDifference(biases, b[layer]), `${what}: biases of layer ${layer}`).toBeLessThanOrEqual(bound)
  })
}

/** The nets of the file's softmax output are not predicted; its softmax is. */
function outputsOf({ config }: Trajectory, outputs: Rows): Rows {
  if (config.loss.name !== 'softmax_ce') return outputs
  return outputs.map((nets) => {
    const powers = nets.map((net) => Math.exp(net - Math.max(...nets)))
    return powers.map((power) => power / powers.reduce((sum, term) => sum + term, 0))
  })
}

function expectFirstStep(network: Network, trajectory: Trajectory, dtype: Dtype) {
  const { rows, outputs, data_loss, gradients_of_data_loss, gradients_with_penalty, penalty } = trajectory.step1
  const bound = toleranceOf(trajectory, dtype, 1)
  const [inputs, targets] = pick(trajectory, rows)
  const found = network.gradients(inputs, targets)
  expect(relativeDifference(network.predict(inputs), outputsOf(trajectory, outputs))).toBeLessThanOrEqual(bound)
  expect(relativeDifference(found.loss, data_loss)).toBeLessThanOrEqual(bound)
  expect(relativeDifference(found.penalty, penalty ?? 0)).toBeLessThanOrEqual(bound)
  expectParameters(found.layers, gradients_with_penalty ?? gradients_of_data_loss, bound, 'gradients')
}

function expectCheckpoint(network: Network, trajectory: Trajectory, dtype: Dtype, step: number) {
  const { [step]: checkpoint } = trajectory.checkpoints
  const bound = toleranceOf(trajectory, dtype, step)
  const [inputs, targets] = pick(
    trajectory,
    trajectory.X.map((_, row) => row),
  )
  expectParameters(network.getWeights(), checkpoint, bound, `after step ${step}`)
  if (checkpoint.outputs_after) {
    const outputs = relativeDifference(network.predict(inputs), outputsOf(trajectory, checkpoint.outputs_after))
    expect(outputs, `outputs after step ${step}`).toBeLessThanOrEqual(10 * bound)
  }
  const loss = relativeDifference(network.evaluate(inputs, targets).loss, checkpoint.full_loss_after)
  expect(loss, `loss after step ${step}`).toBeLessThanOrEqual(10 * bound)
}

const cases = engines.flatMap((engine) => dtypes.map((dtype): [EngineName, Dtype] => [engine, dtype]))

describe.each(cases)('%s in %s', (engine, dtype) => {
  it.each(trajectories)('%s agrees step by step', async (_, trajectory) => {
    const { schedule, lr_per_step } = trajectory.config
    // trainOnBatch counts no epochs, so a schedule by epochs comes as its rates.
    const rates = schedule?.unit === 'epoch' ? (step: number) => lr_per_step[step] : undefined
    const network = await start(trajectory, engine, dtype, configOf(trajectory, rates))
    expectFirstStep(network, trajectory, dtype)
    for (let step = 1; step <= 50; step++) {
      const loss = network.trainOnBatch(...pick(trajectory, batchesOf(trajectory, step - 1)))
      const difference = relativeDifference(loss, trajectory.loss_per_step[step - 1])
      expect(difference, `loss of step ${step}`).toBeLessThanOrEqual(10 * toleranceOf(trajectory, dtype, step))
      if (Object.hasOwn(trajectory.checkpoints, step)) expectCheckpoint(network, trajectory, dtype, step)
    }
  })

  it.each(trajectories)('%s agrees when `train` does the epochs', async (_, trajectory) => {
    const { batch_size: batchSize, steps_per_epoch } = trajectory.config
    const network = await start(trajectory, engine, dtype)
    let step = 0
    for (; step + steps_per_epoch <= 50; step += steps_per_epoch) {
      const rows = Array.from({ length: steps_per_epoch }, (_, batch) => batchesOf(trajectory, step + batch)).flat()
      const result = await network.train(...pick(trajectory, rows), { epochs: 1, batchSize, shuffle: false })
      expect(result).toMatchObject({ epochs: 1, steps: steps_per_epoch, stopReason: 'epochs' })
    }
    for (; step < 50; step++) network.trainOnBatch(...pick(trajectory, batchesOf(trajectory, step)))
    expectCheckpoint(network, trajectory, dtype, 50)
  })
})
