// The known-answer test that a WebAssembly module must pass before it computes for anyone.
import { PROGRAM } from '../../assembly/program.ts'
import type { ResolvedConfig, ResolvedLayer } from '../config/config.ts'
import type { Engine } from '../engine.ts'
import { unexpected } from '../errors.ts'
import { layOut } from '../memory/layout.ts'
import { noRows, reserveRows } from '../memory/reserve.ts'
import { writeProgram } from '../memory/write-program.ts'
import { type Dtype, valuesOf } from '../numerics/values.ts'

/** The loss of the network below after its steps, as every correct engine computes it */
export const KNOWN_LOSS: Readonly<Record<Dtype, number>> = { float32: 0.7831563234394219, float64: 0.7497301994999597 }

/** How far it may be from it where arithmetic is fused, relatively */
const FUSED_TOLERANCE: Readonly<Record<Dtype, number>> = { float32: 1e-5, float64: 1e-12 }

/**
 * Trains a small network for a few steps and compares its loss with the known one: to the bit, unless arithmetic is fused.
 * Guards against hosts that compute wrongly, and asks only for functions that every training has compiled: the broad test
 * of all of them is the suite's.
 */
export function testKnownAnswer(engine: Engine, dtype: Dtype, fuses: boolean): void {
  const loss = knownAnswer(engine, dtype)
  engine.dispose()
  const known = KNOWN_LOSS[dtype]
  if (fuses ? Math.abs(loss / known - 1) < FUSED_TOLERANCE[dtype] : loss === known) return
  throw unexpected('ENGINE_FAILED', 'the host computes wrongly', `${known} of the load test`, `${loss}`, {})
}

/** What is trained: written out, since a second configuration to check would cost as much as the first */
const layer = (inputs: number, units: number, activation: 'sigmoid' | 'linear'): ResolvedLayer => ({
  inputs,
  units,
  activation: { name: activation, options: {} },
  weightInit: [],
  biasInit: [],
  hasBiases: true,
  trainsBiases: true,
  isTrainable: true,
  dropout: 0,
})
const NETWORK: Omit<ResolvedConfig, 'dtype'> = {
  inputs: 3,
  outputs: 2,
  layers: [layer(3, 5, 'sigmoid'), layer(5, 2, 'linear')],
  loss: { name: 'meanSquaredError', options: {} },
  optimizer: { name: 'sgd', options: { momentum: 0, nesterov: false, weightDecay: 0, decayBiases: true } },
  learningRate: { name: 'constant', initial: 0.1 },
  regularization: { l1: 0, l2: 0 },
  clipNorm: 0,
  clipValue: 0,
  scaling: { inputs: { name: 'none' }, targets: { name: 'none' } },
  engine: 'wasm',
  arithmetic: 'reproducible',
  threads: 1,
  wasm: undefined,
  worker: undefined,
  seed: 1,
}
const ROWS = 3
const EPOCHS = 3

/** The loss before the last step */
function knownAnswer(engine: Engine, dtype: Dtype): number {
  const config = { ...NETWORK, dtype }
  const layout = layOut(config)
  engine.reserve(layout.end)
  writeProgram(engine, layout, config)
  const { inputs, targets, epochLosses } = reserveRows(
    { config, engine, layout },
    { ...noRows, rows: ROWS, batchRows: ROWS },
  )
  const values = valuesOf(engine.buffer, dtype)
  const fill = (from: number, to: number, valueAt: (index: number) => number) => {
    const start = from / layout.bytesPerValue
    for (let at = start; at < to / layout.bytesPerValue; at++) values[at] = valueAt(at - start)
  }
  fill(layout.parameters, layout.parameters + layout.parameterBytes, (index) => ((index * 7) % 11) / 11 - 0.5)
  fill(inputs, inputs + ROWS * layout.inputStride, (index) => ((index * 5) % 7) - 3)
  fill(targets, targets + ROWS * layout.targetStride, (index) => (index % 3) - 1)
  engine.program.set({ epochsLeft: EPOCHS, targetLoss: Number.NEGATIVE_INFINITY })
  engine.train(PROGRAM, EPOCHS)
  return new Float64Array(engine.buffer, epochLosses, EPOCHS)[EPOCHS - 1]
}
