// Memory over many networks: those that are disposed of leave nothing, and those that are merely dropped are collected.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { dtypes, engines, rejection, rowsOf, small } from '../support/networks.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const INPUTS = rowsOf(10, 3, 1)
const TARGETS = rowsOf(10, 2, 2)
/** What a collection may leave or find, in bytes: 1000 bytes for each of 3000 networks would be more. */
const NOISE = 2 ** 21
const nextTask = () => new Promise((resolve) => setImmediate(resolve))

/** Bytes of the heap and of buffers outside it, after collections */
async function usedBytes() {
  for (let turn = 0; turn < 3; turn++) {
    collect()
    await nextTask()
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return { heap: heapUsed, outside: external + arrayBuffers }
}

/** Expects what is done to leave the memory as it was. */
async function expectFlat(action: () => Promise<void>) {
  const before = await usedBytes()
  await action()
  const after = await usedBytes()
  expect(after.heap - before.heap).toBeLessThan(NOISE)
  expect(after.outside - before.outside).toBeLessThan(NOISE)
}

describe.each(engines)('networks in %s', (engine) => {
  async function useOne() {
    const network = await small(engine)
    await network.train(INPUTS, TARGETS, { epochs: 2, batchSize: 4 })
    network.predict(INPUTS)
    network.dispose()
  }

  async function useMany(count: number) {
    for (let done = 0; done < count; done++) await useOne()
  }

  it('that are disposed of leave the memory flat', async () => {
    await useMany(200)
    await expectFlat(() => useMany(3000))
  })

  // V8 has room for about 13,000 instances at a time; plain buffers have no such limit.
  it('that are merely dropped are freed, however many come', async () => {
    await expectFlat(async () => {
      for (let count = 0; count < (engine === 'wasm' ? 20_000 : 5000); count++) {
        await small(engine)
        // A host that never gets its turn cannot collect.
        if (count % 100 === 0) await nextTask()
      }
    })
  })

  it('that are large give their memory back', async () => {
    const useLarge = async () => {
      const network = await small(engine, { layers: [{ units: 2000 }, { units: 200 }, { units: 2 }] })
      network.predict([1, 2, 3])
      network.dispose()
    }
    await useLarge()
    await expectFlat(async () => {
      for (let count = 0; count < 5; count++) await useLarge()
      await useOne()
    })
  })

  it.each(dtypes)('that are held after they are disposed of give their memory back in %s', async (dtype) => {
    const held: unknown[] = []
    const useLarge = async () => {
      const network = await small(engine, { dtype, layers: [{ units: 600 }, { units: 300 }, { units: 2 }] })
      await network.train(INPUTS, TARGETS, { epochs: 1 })
      network.predict(new Float32Array(3))
      network.dispose()
      held.push(network)
    }
    await useLarge()
    await expectFlat(async () => {
      for (let count = 0; count < 3; count++) await useLarge()
    })
    expect(held).toHaveLength(4)
  })

  it('whose calls are refused leave nothing', async () => {
    const useWrongly = async () => {
      const network = await small(engine)
      await rejection(network.train(INPUTS, TARGETS.slice(1)))
      await rejection(small(engine, { inputs: -1 }))
      network.dispose()
    }
    await useWrongly()
    await expectFlat(async () => {
      for (let count = 0; count < 1000; count++) await useWrongly()
    })
  })

  it('that take a long stream do not grow meanwhile', async () => {
    const network = await small(engine)
    const batch = { inputs: INPUTS, targets: TARGETS }
    async function* source() {
      for (let count = 0; count < 1000; count++) yield batch
      const before = await usedBytes()
      for (let count = 0; count < 30_000; count++) yield batch
      const after = await usedBytes()
      expect(after.heap - before.heap).toBeLessThan(NOISE)
    }
    expect((await network.trainStream(source())).steps).toBe(31_000)
  })

  it('that train again and again do not grow', async () => {
    const network = await small(engine)
    const trainAgain = (times: number) => {
      for (let count = 0; count < times; count++) {
        network.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 4 })
        network.predict(INPUTS)
        network.evaluate(INPUTS, TARGETS)
      }
    }
    trainAgain(100)
    await expectFlat(async () => trainAgain(3000))
  })
})
