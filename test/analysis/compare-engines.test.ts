// compareEngines: both engines on the same training, and what it says about them.
import { describe, expect, it, vi } from 'vitest'
import { TypeScriptEngine } from '../../src/engines/typescript/engine.ts'
import { WasmpropError } from '../../src/errors.ts'
import { compareEngines } from '../../src/index.ts'
import { Network } from '../../src/network/network.ts'
import { expectRefusal, HOURS, rowsOf, SCORES, SMALL, TUTORIAL } from '../support/networks.ts'

describe('compareEngines', () => {
  it('leaves no network behind where the second cannot be made', async () => {
    const disposed = vi.spyOn(Network.prototype, 'dispose')
    const reserve = vi.spyOn(TypeScriptEngine.prototype, 'reserve').mockImplementation(() => {
      throw new WasmpropError('OUT_OF_MEMORY', 'expected room')
    })
    await expectRefusal(compareEngines(SMALL, rowsOf(5, 3, 1), rowsOf(5, 2, 2)), 'OUT_OF_MEMORY')
    expect(disposed).toHaveBeenCalledTimes(1)
    for (const spy of [disposed, reserve]) spy.mockRestore()
  })

  it('finds the bits identical, and gives times and hashes', async () => {
    const found = await compareEngines(TUTORIAL, HOURS, SCORES, { epochs: 200, batchSize: 'full' })
    expect(found.identical).toBe(true)
    expect(found.hashes.wasm).toMatch(/^[0-9a-f]{16}$/)
    expect(found.hashes.typescript).toBe(found.hashes.wasm)
    expect(found.wasm).toMatchObject({ engine: 'wasm', epochs: 200, loss: found.typescript.loss })
    expect(found.typescript).toMatchObject({ engine: 'typescript', epochs: 200 })
    expect(found.ratio).toBeCloseTo(found.typescript.milliseconds / found.wasm.milliseconds, 12)
  })

  it('gives both networks one seed, also where none is given', async () => {
    const inputs = rowsOf(50, 3, 1)
    const targets = rowsOf(50, 2, 2)
    const { identical } = await compareEngines({ ...SMALL, seed: undefined }, inputs, targets, {
      epochs: 3,
      batchSize: 8,
    })
    expect(identical).toBe(true)
  })

  it('does not call different bits identical', async () => {
    let calls = 0
    const rate = () => 0.1 + 1e-12 * calls++
    const config = { ...SMALL, dtype: 'float64', optimizer: { name: 'sgd', learningRate: rate } } as const
    const found = await compareEngines(config, rowsOf(5, 3, 1), rowsOf(5, 2, 2), { epochs: 2 })
    expect(found.identical).toBe(false)
    expect(found.hashes.wasm).not.toBe(found.hashes.typescript)
  })

  it.each([undefined, null, 7, [TUTORIAL]])('refuses %o as a configuration', async (config) => {
    await expectRefusal(compareEngines(config as never, HOURS, SCORES), 'INVALID_CONFIG', /config: expected an object/)
  })

  it('refuses what createNetwork and train refuse', async () => {
    await expectRefusal(compareEngines({ ...TUTORIAL, inputs: 0 }, HOURS, SCORES), 'INVALID_CONFIG', /^inputs/)
    await expectRefusal(compareEngines(TUTORIAL, HOURS, [[1]]), 'INVALID_SHAPE', /^targets/)
    await expectRefusal(compareEngines(TUTORIAL, HOURS, SCORES, { epochs: 0 }), 'INVALID_CONFIG', /^epochs/)
  })
})
