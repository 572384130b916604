// What becomes of many networks: those that are disposed of leave nothing, and those that are merely dropped are collected.
import { describe, expect, it } from 'vitest'
import type { Network } from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import { Watched } from '../support/counting.ts'
import { dtypes, engines, rejection, rowsOf, small } from '../support/networks.ts'

const INPUTS = rowsOf(10, 3, 1)
const TARGETS = rowsOf(10, 2, 2)
/** Small memories that are kept for the next networks */
const POOL_SIZE = 16

/** The network's parts that must not outlive it */
function partsOf(network: Network): object[] {
  const state = InnerNetwork.stateOf(network)
  return [network, state, state.engine, state.layout, state.config]
}

const memoryOf = (network: Network) => InnerNetwork.stateOf(network).engine.buffer

describe.each(engines)('networks in %s', (engine) => {
  it('that are disposed of leave nothing but a few memories for the next ones', async () => {
    const [parts, memories] = [new Watched(), new Watched()]
    const useOne = async () => {
      const network = await small(engine)
      await network.train(INPUTS, TARGETS, { epochs: 2, batchSize: 4 })
      parts.add(...partsOf(network), network.predict(INPUTS))
      memories.add(memoryOf(network))
      network.dispose()
    }
    for (let count = 0; count < 100; count++) await useOne()
    await parts.expectFreed()
    await memories.expectFreed(POOL_SIZE)
  })

  it('that are merely dropped are freed', async () => {
    const parts = new Watched()
    const dropOne = async () => {
      const network = await small(engine)
      parts.add(...partsOf(network), memoryOf(network))
    }
    for (let count = 0; count < 200; count++) await dropOne()
    await parts.expectFreed()
  })

  it('that are large give their memory back', async () => {
    const memories = new Watched()
    const useLarge = async () => {
      const network = await small(engine, { layers: [{ units: 2000 }, { units: 200 }, { units: 2 }] })
      network.predict([1, 2, 3])
      memories.add(memoryOf(network))
      network.dispose()
    }
    for (let count = 0; count < 3; count++) await useLarge()
    await memories.expectFreed()
  })

  it.each(dtypes)('that are held after they are disposed of give their memory back in %s', async (dtype) => {
    const held: Network[] = []
    const memories = new Watched()
    const useLarge = async () => {
      const network = await small(engine, { dtype, layers: [{ units: 600 }, { units: 300 }, { units: 2 }] })
      await network.train(INPUTS, TARGETS, { epochs: 1 })
      network.predict(new Float32Array(3))
      memories.add(memoryOf(network))
      network.dispose()
      held.push(network)
    }
    for (let count = 0; count < 3; count++) await useLarge()
    await memories.expectFreed()
    expect(held).toHaveLength(3)
  })

  it('whose calls are refused leave nothing', async () => {
    const parts = new Watched()
    const useWrongly = async () => {
      const network = await small(engine)
      const targets = TARGETS.slice(1)
      parts.add(...partsOf(network), targets, await rejection(network.train(INPUTS, targets)))
      parts.add(await rejection(small(engine, { inputs: -1 })))
      network.dispose()
    }
    for (let count = 0; count < 50; count++) await useWrongly()
    await parts.expectFreed()
  })

  it('that take a long stream keep none of its batches', async () => {
    const network = await small(engine)
    const batches = new Watched()
    async function* source() {
      for (let count = 0; count < 300; count++) {
        const batch = { inputs: rowsOf(10, 3, 1), targets: rowsOf(10, 2, 2) }
        batches.add(batch, batch.inputs, batch.targets)
        yield batch
      }
      // The last one may still be held, and the one before.
      await batches.expectFreed(6)
    }
    expect((await network.trainStream(source())).steps).toBe(300)
  })

  it('that train again and again keep nothing of it', async () => {
    const network = await small(engine)
    const results = new Watched()
    const trainAgain = () => {
      const result = network.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 4 })
      results.add(result, result.loss, network.predict(INPUTS), network.evaluate(INPUTS, TARGETS))
      return memoryOf(network).byteLength
    }
    const before = trainAgain()
    for (let count = 0; count < 100; count++) expect(trainAgain()).toBe(before)
    await results.expectFreed()
  })
})
