// Errors of the public functions: their messages begin with the function, and their stacks with the line that called it.
import { describe, expect, it } from 'vitest'
import * as library from '../../src/index.ts'
import { Network } from '../../src/network/network.ts'
import * as node from '../../src/node/index.ts'
import * as inWorker from '../../src/worker/client.ts'
import { HOURS, rejection, SCORES, tutorial } from '../support/networks.ts'

const wrong = Symbol('wrong') as never

/** A call of every function of the library that refuses something */
const calls: Record<string, () => unknown> = {
  createNetwork: () => library.createNetwork(wrong),
  networkFromJSON: () => library.networkFromJSON(wrong),
  restoreNetwork: () => library.restoreNetwork(wrong),
  trainMany: () => library.trainMany(wrong, HOURS, SCORES),
  crossValidate: () => library.crossValidate(wrong, HOURS, SCORES),
  compareEngines: () => library.compareEngines(wrong, HOURS, SCORES),
  diagnose: () => library.diagnose(HOURS, SCORES, wrong),
  estimateMemory: () => library.estimateMemory(wrong, 1),
  explain: () => library.explain(wrong, HOURS, SCORES),
  checkGradients: () => library.checkGradients(wrong, HOURS, SCORES),
  saveSnapshot: () => node.saveSnapshot(wrong, 'file'),
  loadSnapshot: () => node.loadSnapshot(wrong),
  checkpoint: () => node.checkpoint(wrong),
}

/** A call of every method that refuses something: of a network that was trained */
const methodCalls: Record<string, (network: library.Network) => unknown> = {
  train: (network) => network.train(wrong, SCORES),
  trainSync: (network) => network.trainSync(wrong, SCORES),
  trainStream: (network) => network.trainStream(wrong),
  resume: (network) => network.resume(wrong, SCORES),
  trainOnBatch: (network) => network.trainOnBatch(wrong, SCORES),
  trainOnGradients: (network) => network.trainOnGradients(wrong, SCORES),
  predict: (network) => network.predict(wrong),
  predictInto: (network) => network.predictInto(HOURS, wrong),
  predictClass: (network) => network.predictClass(wrong),
  fitScaling: (network) => network.fitScaling(wrong, SCORES),
  evaluate: (network) => network.evaluate(wrong, SCORES),
  gradients: (network) => network.gradients(wrong, SCORES),
  setWeights: (network) => network.setWeights(wrong),
  reconfigure: (network) => network.reconfigure(wrong),
}

/** Methods that refuse only a network that was disposed of */
const readers = ['getWeights', 'weightsHash', 'toJSON', 'snapshot', 'clone', 'summary'] as const

/** The line of this file that an error's stack begins with; 0 where it begins elsewhere */
function firstLine({ stack = '' }: Error): number {
  const [first = ''] = stack.split('\n').filter((line) => /^ +at /.test(line))
  return Number(/calls\.test\.ts:(\d+):\d+\)?$/.exec(first)?.[1] ?? 0)
}

async function expectNamed(name: string, call: () => unknown): Promise<void> {
  const error = await rejection(call)
  expect(error.message.startsWith(`${name}: `), error.message).toBe(true)
  expect(error.message.slice(name.length + 2)).not.toContain(`${name}: `)
  expect(error.stack?.startsWith(`WasmpropError: ${error.message}\n`)).toBe(true)
  expect(firstLine(error), error.stack).toBeGreaterThan(0)
}

describe('an error of a function', () => {
  it.each(Object.keys(calls))('%s', (name) => expectNamed(name, calls[name]))

  it('is tried of all functions', () => {
    const names = Object.entries({ ...library, ...node }).flatMap(([name, value]) =>
      typeof value === 'function' && name !== 'WasmpropError' ? [name] : [],
    )
    expect(Object.keys(calls).sort()).toEqual(names.sort())
  })
})

describe('an error of a method', () => {
  it.each(Object.keys(methodCalls))('%s', async (name) => {
    using network = await tutorial('typescript')
    network.trainSync(HOURS, SCORES, { epochs: 1 })
    await expectNamed(name, () => methodCalls[name](network))
  })

  it.each(readers)('%s', async (name) => {
    const network = await tutorial('typescript')
    network.dispose()
    await expectNamed(name, () => network[name]())
  })

  it('is tried of all methods', () => {
    const names = Object.getOwnPropertyNames(Network.prototype).filter((name) => {
      const { value } = Object.getOwnPropertyDescriptor(Network.prototype, name) ?? {}
      return typeof value === 'function' && name !== 'constructor' && name !== 'dispose'
    })
    expect([...Object.keys(methodCalls), ...readers].sort()).toEqual(names.sort())
  })

  it('names the outer one of two, and the inner one where that is called alone', async () => {
    const options = { epochs: 0 }
    await expectNamed('compareEngines', () =>
      library.compareEngines({ inputs: 2, layers: [{ units: 1 }] }, HOURS, SCORES, options),
    )
    using network = await tutorial('typescript')
    await expectNamed('train', () => network.train(HOURS, SCORES, options))
  })

  it('comes from the line of the call also where it comes late', async () => {
    using network = await tutorial('typescript')
    const late = async function* () {
      yield { inputs: [[1, 2]], targets: [[1]] }
      await new Promise((resolve) => setTimeout(resolve, 5))
      yield { inputs: [[1]], targets: [[1]] }
    }
    network.fitScaling(HOURS, SCORES)
    await expectNamed('trainStream', () => network.trainStream(late()))
  })

  it('says what to write where the method was taken off its network', async () => {
    using network = await tutorial('typescript')
    const { predict, train } = network
    await expectNamed('predict', () => predict(HOURS))
    await expectNamed('train', () => train(HOURS, SCORES))
    const error = await rejection(() => HOURS.map(network.predictClass))
    expect(error.message).toBe(
      'predictClass: expected to be called on the object that has it, got undefined; write network.predictClass(…), or ' +
        '(…) => network.predictClass(…) where a function is wanted',
    )
  })

  it('is the same one where it is not of the library', async () => {
    using network = await tutorial('typescript')
    const mine = new RangeError('mine')
    const { stack } = mine
    const onEpoch = () => {
      throw mine
    }
    await expect(network.train(HOURS, SCORES, { onEpoch })).rejects.toBe(mine)
    expect(mine).toMatchObject({ message: 'mine', stack })
  })

  it('of a network in a worker', async () => {
    await expectNamed('createNetwork', () => inWorker.createNetwork(wrong, wrong))
    await expectNamed('restoreNetwork', () => inWorker.restoreNetwork(wrong, wrong))
    await expectNamed('networkFromJSON', () => inWorker.networkFromJSON(wrong, wrong))
  })
})
