// The rows of a session: how they were made of those that were handed in, and what of them is kept for `resume`.

import { finish, type Steps } from '../data/steps.ts'
import type { Split } from '../data/training-set.ts'
import { type BatchedShape, layOutData } from '../memory/layout.ts'
import { Murmur3 } from '../numerics/hash.ts'
import { type Blocks, newValues, type Values, valuesOf } from '../numerics/values.ts'
import type { NetworkState } from '../prediction/state.ts'

/** Bytes that are hashed in a step: a fraction of a millisecond */
const HASHED_BYTES = 2 ** 20

/** The rows that a session runs over: what of them is not in the rows themselves */
export interface SessionData extends BatchedShape {
  /** How the validation rows were taken from the rows that were given; undefined: they are rows of their own */
  readonly split: Split | undefined
}

/** What of its data a call needs that is resumed, beside the rows themselves: these are handed in again */
export interface KeptData {
  /** Tells them from others */
  readonly fingerprint: number
  /** Weights of rows, and rows of their own for the validation */
  readonly ownRows: Blocks
}

type Kept = { readonly data: SessionData; kept?: KeptData }

/** Takes it from the memory, once: from then on other rows may lie there. */
export function keepData(state: NetworkState, session: Kept): KeptData {
  return finish(keepingData(state, session))
}

export function* keepingData(state: NetworkState, session: Kept): Steps<KeptData> {
  if (session.kept) return session.kept
  const fingerprint = yield* fingerprintSteps(state, session.data)
  session.kept = { fingerprint, ownRows: readOwnRows(state, session.data) }
  return session.kept
}

/** Weights of rows, and rows of their own for the validation, without gaps */
function readOwnRows({ engine, layout, config }: NetworkState, data: SessionData): Blocks {
  const places = layOutData(layout, data)
  const values = valuesOf(engine.buffer, config.dtype)
  const read = (address: number, stride: number, columns: number) => {
    const rows = newValues(config.dtype, data.validationRows * columns)
    for (let row = 0; row < data.validationRows; row++) {
      const from = (address + row * stride) / layout.bytesPerValue
      rows.set(values.subarray(from, from + columns), row * columns)
    }
    return rows
  }
  const targetColumns = data.classTargets ? 1 : config.outputs
  return {
    ...(data.isWeighted ? { weights: weightsAt(engine.buffer, places.weights, data).slice() } : {}),
    ...(data.validationRows > 0 && !data.split
      ? {
          validationInputs: read(places.validationInputs, layout.inputStride, config.inputs),
          validationTargets: read(places.validationTargets, places.targetStride, targetColumns),
        }
      : {}),
  }
}

function weightsAt(buffer: ArrayBufferLike, address: number, { rows, weightColumns = 1 }: SessionData): Float64Array {
  return new Float64Array(buffer, address, rows * weightColumns)
}

/** Puts what `readOwnRows` gave where it belongs. */
export function writeOwnRows({ engine, layout, config }: NetworkState, data: SessionData, blocks: Blocks): void {
  const places = layOutData(layout, data)
  const values = valuesOf(engine.buffer, config.dtype)
  const write = (rows: Values, address: number, stride: number) => {
    const columns = rows.length / data.validationRows
    for (let row = 0; row < data.validationRows; row++) {
      values.set(rows.subarray(row * columns, (row + 1) * columns), (address + row * stride) / layout.bytesPerValue)
    }
  }
  if (data.isWeighted) weightsAt(engine.buffer, places.weights, data).set(blocks.weights)
  if (data.validationRows === 0 || data.split) return
  write(blocks.validationInputs, places.validationInputs, layout.inputStride)
  write(blocks.validationTargets, places.validationTargets, places.targetStride)
}

/** 32 bits over the rows that were handed in, as they lie in memory: tells other data, but is no signature. */
export function* fingerprintSteps({ engine, layout }: NetworkState, data: SessionData): Steps<number> {
  const places = layOutData(layout, data)
  const hash = new Murmur3()
  const pieces = [
    [places.inputs, data.rows * layout.inputStride],
    [places.targets, data.rows * places.targetStride],
    [places.validationInputs, data.split ? data.validationRows * layout.inputStride : 0],
    [places.validationTargets, data.split ? data.validationRows * places.targetStride : 0],
  ]
  for (const [address, bytes] of pieces) {
    for (let from = 0; from < bytes; from += HASHED_BYTES) {
      if (from > 0) yield
      hash.add(new Uint32Array(engine.buffer, address + from, Math.min(HASHED_BYTES, bytes - from) / 4))
    }
  }
  return hash.value
}
