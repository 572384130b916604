// Values of another realm than the library's: what tests get in Jest, and pages from their frames.
import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { explain, type Network, networkFromJSON, restoreNetwork } from '../../src/index.ts'
import { bitsOf, engines, expectRefusal, rowsOf, small } from '../support/networks.ts'

const binary = readFileSync(new URL('../../build/wasmprop.wasm', import.meta.url))
const INPUTS = rowsOf(4, 3, 1)
const TARGETS = rowsOf(4, 2, 2)

/** The same value, made of another realm's classes */
const foreign = (code: string, given: object = {}) => runInNewContext(code, { ...given, WebAssembly })
const float32 = (numbers: number[]) => foreign('new Float32Array(numbers)', { numbers })

it.each(engines)('matrices, weights and outputs of another realm are taken in %s', async (engine) => {
  const network = await small(engine)
  const inputs = float32(INPUTS.flat())
  expect(inputs).not.toBeInstanceOf(Float32Array)
  await network.train(inputs, float32(TARGETS.flat()), foreign('({ epochs: 2 })'))
  const expected = network.predict(Float32Array.from(inputs))
  expect(bitsOf(network.predict(inputs))).toBe(bitsOf(expected))
  const outputs = foreign('new Float32Array(8)')
  network.predictInto(inputs, outputs)
  expect([...outputs]).toEqual([...expected])
  network.setWeights(foreign('JSON.parse(text)', { text: JSON.stringify(network.getWeights()) }))
  expect(bitsOf(network.predict(inputs))).toBe(bitsOf(expected))
})

it('a network of another copy of the library, or in a worker, is refused with the way out', async () => {
  const library = '../../dist/index.js'
  const other = (await (await import(library)).createNetwork({ inputs: 1, layers: [{ units: 1 }] })) as Network
  const inWorker = { toJSON: () => {}, weightsHash: () => {} } as unknown as Network
  await expectRefusal(() => explain(other, [1], [2]), 'INVALID_CONFIG', 'another copy of wasmprop has made it')
  await expectRefusal(() => explain(inWorker, [1], [2]), 'INVALID_CONFIG', 'it lives in a worker')
  const hash = (await networkFromJSON(other.toJSON())).weightsHash()
  expect(hash).toBe(other.weightsHash())
})

it('models, snapshots and modules of another realm are taken', async () => {
  const network = await small('wasm')
  const hash = network.weightsHash()
  const model = foreign('JSON.parse(text)', { text: JSON.stringify(network) })
  expect((await networkFromJSON(model)).weightsHash()).toBe(hash)
  const bytes = [...network.snapshot()]
  for (const code of ['Uint8Array.from(bytes)', 'Uint8Array.from(bytes).buffer']) {
    expect((await restoreNetwork(foreign(code, { bytes }))).weightsHash()).toBe(hash)
  }
  const module = runInNewContext('new WebAssembly.Module(Uint8Array.from(bytes))', { bytes: [...binary] })
  expect(module).not.toBeInstanceOf(WebAssembly.Module)
  expect((await small('wasm', { wasm: module })).weightsHash()).toBe(hash)
})

it('what another realm has that is wrong is named', async () => {
  await expectRefusal(restoreNetwork(foreign('new Int8Array(3)')), 'INVALID_MODEL', /got an Int8Array/)
})
