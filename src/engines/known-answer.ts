// The known-answer test that a WebAssembly module must pass before it computes for anyone.
import { DIFFERENTIATES } from '../../assembly/ids.ts'
import { PROGRAM } from '../../assembly/program.ts'
import { resolveConfig } from '../config/config.ts'
import type { Engine } from '../engine.ts'
import { unexpected } from '../errors.ts'
import { layOut } from '../memory/layout.ts'
import { writeProgram } from '../memory/write-program.ts'
import type { Dtype } from '../numerics/values.ts'

/** The loss of the network below after its steps, as every correct engine computes it */
export const KNOWN_LOSS: Readonly<Record<Dtype, number>> = { float32: 0.4063493176612493, float64: 0.5550816060876335 }

/** How far it may be from it where arithmetic is fused, relatively */
const FUSED_TOLERANCE: Readonly<Record<Dtype, number>> = { float32: 1e-5, float64: 1e-12 }

/**
 * Trains a small network for a few steps and compares its loss with the known one: to the bit, unless arithmetic is fused.
 * Guards against hosts that compute wrongly.
 */
export function testKnownAnswer(engine: Engine, dtype: Dtype, fuses: boolean): void {
  const loss = knownAnswer(engine, dtype)
  engine.dispose()
  const known = KNOWN_LOSS[dtype]
  if (fuses ? Math.abs(loss / known - 1) < FUSED_TOLERANCE[dtype] : loss === known) return
  throw unexpected('ENGINE_FAILED', 'the host computes wrongly', `${known} of the load test`, `${loss}`, {})
}

function knownAnswer(engine: Engine, dtype: Dtype): number {
  const config = resolveConfig({
    inputs: 3,
    layers: [
      { units: 5, activation: 'tanh' },
      { units: 3, activation: 'sigmoid' },
      { units: 2, activation: 'softmax' },
    ],
    optimizer: { name: 'adam', learningRate: 0.1 },
    dtype,
    seed: 1,
  })
  const layout = layOut(config)
  engine.reserve(layout.end)
  writeProgram(engine.buffer, layout, config)
  const values = dtype === 'float32' ? new Float32Array(engine.buffer) : new Float64Array(engine.buffer)
  const at = (address: number) => address / values.BYTES_PER_ELEMENT
  for (let i = 0; i < at(layout.parameterBytes); i++) values[at(layout.parameters) + i] = ((i * 7) % 11) / 11 - 0.5
  for (let i = 0; i < 12; i++) values[at(layout.inputBlock) + i] = ((i * 5) % 7) - 3
  for (let row = 0; row < 3; row++) values[at(layout.targetBlock + row * layout.targetStride) + Math.min(row, 1)] = 1
  for (let step = 0; step < 3; step++) {
    engine.evaluate(PROGRAM, layout.inputBlock, layout.targetBlock, 0, 0, 3, 3, DIFFERENTIATES)
    engine.step(PROGRAM, 0.1)
  }
  engine.evaluate(PROGRAM, layout.inputBlock, layout.targetBlock, 0, 0, 3, 3, 0)
  return engine.loss(PROGRAM, 3)
}
