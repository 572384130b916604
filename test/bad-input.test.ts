// Bad, odd and hostile values of data and options, from the collected cases: each is refused in words that name what is
// wrong, or works; and the network that was there before is as it was.
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { WasmpropError } from '../src/errors.ts'
import {
  createNetwork,
  type MatrixInput,
  type Network,
  type NetworkConfig,
  type TrainOptions,
  type TrainResult,
} from '../src/index.ts'
import { loosely } from './support/choices.ts'
import { engines, expectRefusal, rowsOf, trainedBits } from './support/networks.ts'

type Loose = Record<string, unknown>

interface BadInput {
  id: string
  area: 'api-data' | 'api-options' | 'api-behaviour'
  expect: 'error' | 'ok' | 'ok_or_error' | 'error_or_documented' | 'documented'
  message_should_name: string[][]
  js: string
}

const { cases }: { cases: BadInput[] } = JSON.parse(
  readFileSync(new URL('fixtures/bad-input.json', import.meta.url), 'utf8'),
)

const XOR = {
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  targets: [[0], [1], [1], [0]],
}
const prototypeKeys = Reflect.ownKeys(Object.prototype)

afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype)).toEqual(prototypeKeys)
})

/** The case's value, which is written in JavaScript */
const evaluate = ({ js }: BadInput): unknown => new Function(`return (${js})`)()

interface Outcome {
  error?: WasmpropError
  results: TrainResult[]
}

/** Does something with a network; any error but the library's own fails the test. */
async function attempt(action: () => Promise<TrainResult[]>): Promise<Outcome> {
  try {
    return { results: await action() }
  } catch (error) {
    if (!(error instanceof WasmpropError)) throw error
    expect(error.message).toMatch(/expected|unknown option|busy|training|disposed|function/i)
    return { error, results: [] }
  }
}

function expectOutcome(bad: BadInput, { error, results }: Outcome) {
  if (bad.expect === 'error') expect(error, 'a refusal').toBeInstanceOf(WasmpropError)
  if (bad.expect === 'ok') expect(error).toBeUndefined()
  if (error && bad.expect === 'error') {
    for (const words of bad.message_should_name) {
      // Generic names are written together: validationSplit for validation.split
      const message = `${error.message} ${error.path?.replaceAll('.', '')}`.toLowerCase()
      expect(
        words.some((word) => message.includes(word.toLowerCase())),
        `${error.message} names ${words}`,
      ).toBe(true)
    }
  }
  for (const { loss } of results) expect(loss.every(Number.isFinite)).toBe(true)
}

function expectUsable(network: Network) {
  const { inputs, layers } = network
  const outputs = network.predict(rowsOf(3, inputs, 1)).flat()
  expect(outputs).toHaveLength(3 * layers[layers.length - 1].units)
  expect(outputs.every(Number.isFinite)).toBe(true)
  for (const { weights, biases } of network.getWeights()) {
    expect([...weights.flat(), ...biases].every(Number.isFinite)).toBe(true)
  }
}

const casesOf = (area: BadInput['area']) =>
  cases.filter((bad) => bad.area === area).map((bad): [string, BadInput] => [bad.id, bad])

describe.each(engines)('data in %s', (engine) => {
  /** What a case hands in: inputs alone, a pair, or rows to predict */
  function dataOf(bad: BadInput) {
    const value = evaluate(bad)
    const given = bad.id.startsWith('pair-') ? (value as Loose) : { inputs: value }
    const { classes, inputs, targets = [[0], [1]], predict } = given
    const output =
      classes === undefined ? { units: 1, activation: 'sigmoid' } : { units: classes, activation: 'softmax' }
    return { layers: [{ units: 3, activation: 'sigmoid' }, output], inputs, targets, predict }
  }

  it.each(casesOf('api-data'))('%s', async (_, bad) => {
    const { layers, inputs, targets, predict } = dataOf(bad)
    for (const loss of predict === undefined ? [undefined, 'meanSquaredError'] : [undefined]) {
      if (loss !== undefined && layers[1].activation === 'softmax') continue
      const network = await createNetwork(loosely({ inputs: 2, layers, loss, seed: 1, engine }))
      const before = trainedBits(network)
      const outcome = await attempt(async () => {
        if (predict !== undefined) {
          network.predict(predict as number[][])
          return []
        }
        return [await network.train(inputs as MatrixInput, targets as MatrixInput, { epochs: 5 })]
      })
      expectOutcome(bad, outcome)
      if (outcome.error) expect(trainedBits(network)).toBe(before)
      expectUsable(network)
    }
  })
})

/** The library's option for a generic name: in the configuration, or among those of `train` */
function place(name: string, value: unknown): { config?: Loose; options?: Loose } {
  const hidden = (units: unknown) => ({ units, activation: 'tanh' })
  const optimizer = (options: Loose) => ({ config: { optimizer: { name: 'sgd', ...options } } })
  switch (name) {
    case 'learningRate':
      return optimizer({ learningRate: value })
    case 'momentum':
      return optimizer({ momentum: value })
    case 'beta1':
    case 'epsilon':
      return { config: { optimizer: { name: 'adam', [name]: value } } }
    case 'epochs':
    case 'batchSize':
      return { options: { [name]: value } }
    case 'hidden':
      return { config: { layers: Array.isArray(value) ? [...value.map(hidden), { units: 1 }] : value } }
    case 'l2':
      return { config: { regularization: { l2: value } } }
    case 'huberDelta':
      return { config: { loss: { name: 'huber', delta: value } } }
    case 'warmupSteps':
      return optimizer({ learningRate: { name: 'linearWarmup', warmup: value, unit: 'step' } })
    case 'activation':
      return { config: { layers: [{ units: 3, activation: value }, { units: 1 }] } }
    case 'dropout':
      return { config: { layers: [{ units: 3, dropout: value }, { units: 1 }] } }
    case 'validationSplit':
      return { options: { validation: { split: value } } }
    case 'loss':
    case 'seed':
      return { config: { [name]: value } }
    default:
      throw new Error(`expected a known generic name, got ${name}`)
  }
}

/** Objects as they are: what hides in a prototype comes along. */
function placeAll(given: Loose) {
  const [name] = Object.keys(given)
  if (name === '__proto__') return { config: given, options: given }
  return place(name, given[name])
}

describe.each(engines)('options in %s', (engine) => {
  it.each(casesOf('api-options'))('%s', async (_, bad) => {
    const { config = {}, options = {} } = placeAll(evaluate(bad) as Loose)
    const base = { inputs: 2, layers: [{ units: 3, activation: 'tanh' }, { units: 1 }], seed: 1, engine }
    const existing = await createNetwork(loosely(base))
    const before = trainedBits(existing)
    const outcome = await attempt(async () => {
      const network = await createNetwork(loosely({ ...base, ...config }))
      // Stops what would take for ever
      const onEpoch = ({ epoch }: { epoch: number }) => epoch < 3
      const result = await network.train(XOR.inputs, XOR.targets, { epochs: 5, onEpoch, ...options } as TrainOptions)
      expectUsable(network)
      expect(['epochs', 'callback', 'diverged']).toContain(result.stopReason)
      return [result]
    })
    expectOutcome(bad, outcome)
    await expectRefusalUnlessTaken(existing, options)
    expect(trainedBits(existing)).toBe(before)
    expectUsable(existing)
  })

  /** A network that was there before refuses bad options of `train` without a change. */
  async function expectRefusalUnlessTaken(network: Network, options: Loose) {
    if (Object.keys(options).length === 0 || options.epochs === 2 ** 53) return
    const { error } = await attempt(async () => [await network.train(XOR.inputs, XOR.targets, options as TrainOptions)])
    expect(error).toBeInstanceOf(WasmpropError)
  }
})

describe.each(engines)('behaviour in %s', (engine) => {
  const base: NetworkConfig = { inputs: 2, layers: [{ units: 3, activation: 'tanh' }, { units: 1 }], seed: 1, engine }

  it('behaviour-diverge', async () => {
    const optimizer = { name: 'sgd', learningRate: 1e6 } as const
    const network = await createNetwork({ ...base, optimizer, loss: 'meanSquaredError' })
    const result = await network.train(XOR.inputs, XOR.targets, { epochs: 1000 })
    expect(result.stopReason).toBe('diverged')
    expect(result.epochs).toBeLessThan(1000)
    expect(result.advice).toMatch(/learningRate/)
    expectUsable(network)
  })

  it('behaviour-train_twice_at_once', async () => {
    const network = await createNetwork(base)
    const controller = new AbortController()
    const options = { epochs: 1e9, signal: controller.signal }
    const first = network.train(XOR.inputs, XOR.targets, options)
    await expectRefusal(network.train(XOR.inputs, XOR.targets, options), 'BUSY')
    controller.abort()
    expect((await first).stopReason).toBe('aborted')
    expectUsable(network)
  })

  it('behaviour-predict_during_training', async () => {
    const [quiet, asked] = [await createNetwork(base), await createNetwork(base)]
    await quiet.train(XOR.inputs, XOR.targets, { epochs: 50 })
    const onEpoch = () => expectUsable(asked)
    await asked.train(XOR.inputs, XOR.targets, { epochs: 50, onEpoch })
    expect(asked.weightsHash()).toBe(quiet.weightsHash())
  })

  it('behaviour-zero_gradient_adam', async () => {
    for (const name of ['adam', 'rmsprop', 'adagrad'] as const) {
      const network = await createNetwork({ ...base, optimizer: name })
      const before = network.weightsHash()
      const result = await network.train(XOR.inputs, network.predict(XOR.inputs), { epochs: 10 })
      expect(result.loss.every((loss) => loss === 0)).toBe(true)
      expect(network.weightsHash()).toBe(before)
    }
  })
})

it('every case of behaviour is tested above', () => {
  const tested = ['diverge', 'train_twice_at_once', 'predict_during_training', 'zero_gradient_adam']
  expect(cases.filter(({ area }) => area === 'api-behaviour').map(({ id }) => id)).toEqual(
    tested.map((name) => `behaviour-${name}`),
  )
})
