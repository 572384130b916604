// Networks trained together, a lane of every vector for each. They stay where they are, each in its memory: a slice copies
// what training changes into the lanes, trains there and copies it back, so that a network may leave after any slice, and
// all that is not training never knows. Every network gets the bits that it would get alone.
import { instantiateSync } from '@assemblyscript/loader'
import { DIVERGED, SLICE_ENDED } from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import type { ResolvedConfig } from '../config/config.ts'
import { compileBuild } from '../engines/modules.ts'
import { type DataLayout, type Layout, layOut, layOutData, wholePages, writeProgram } from '../memory/layout.ts'
import type { NetworkState } from '../memory/state.ts'
import { type Values, valuesOf } from '../numerics/values.ts'

/** The exports of assembly/lanes/index.ts */
interface Exports {
  readonly memory: WebAssembly.Memory
  train(program: number, lanes: number, steps: number): number
}

/** What every program of a group has at the same value */
export interface LaneGroup {
  readonly config: ResolvedConfig
  readonly rows: number
  readonly batchRows: number
  readonly isShuffled: boolean
  readonly hasRates: boolean
  readonly isWeighted: boolean
}

export class Lanes {
  /** Networks that fit in */
  readonly count: number
  readonly #exports: Exports
  readonly #config: ResolvedConfig
  readonly #layout: Layout
  readonly #data: DataLayout
  /** Whose rows lie in each lane */
  readonly #placed: (NetworkState | undefined)[] = []

  /** Rejects where the host forbids to compile, or refuses the memory. */
  static async of(group: LaneGroup, count: number): Promise<Lanes> {
    return new Lanes(await compileBuild('lanes'), group, count)
  }

  private constructor(
    module: WebAssembly.Module,
    { config, rows, batchRows, isShuffled, hasRates }: LaneGroup,
    count: number,
  ) {
    this.count = count
    this.#config = config
    this.#layout = layOut(config, 1, this.count)
    this.#data = layOutData(this.#layout, { rows, validationRows: 0, isShuffled, isWeighted: false, hasRates })
    this.#exports = instantiateSync(module, {}).instance.exports as unknown as Exports
    const { memory } = this.#exports
    memory.grow((wholePages(this.#data.end) - memory.buffer.byteLength) / 65536)
    writeProgram(memory.buffer, this.#layout, config)
    const words = wordsOf(memory.buffer)
    words[P.DATA_INPUTS >>> 2] = this.#data.inputs
    words[P.DATA_TARGETS >>> 2] = this.#data.targets
    words[P.DATA_ROWS >>> 2] = rows
    words[P.BATCH_ROWS >>> 2] = batchRows
    words[P.ORDER >>> 2] = this.#data.order
    words[P.EPOCH_LOSSES >>> 2] = this.#data.epochLosses
    words[P.EPOCH_LOSSES_CAPACITY >>> 2] = this.#data.epochLossesCapacity
    new Uint32Array(memory.buffer, this.#layout.laneTable + P.LANE_COUNT, 1)[0] = count
  }

  /**
   * Trains networks of the group, at most `count`, which stand at the same batch with the same numbers of the optimizer, on
   * at most `steps` batches, fewer where one of them ends. Gives for each why, by the reasons in assembly/ids.ts.
   */
  train(states: readonly NetworkState[], steps: number): number[] {
    this.#load(states, steps)
    const reason = this.#exports.train(P.PROGRAM, this.#layout.laneTable, steps)
    const losses = this.#field(P.LANE_LOSSES)
    this.#store(states)
    return states.map((_, lane) => (reason === DIVERGED && !Number.isFinite(losses[lane]) ? DIVERGED : SLICE_ENDED))
  }

  get #buffer(): ArrayBuffer {
    return this.#exports.memory.buffer
  }

  #field(offset: number): Float64Array {
    return new Float64Array(this.#buffer, this.#layout.laneTable + offset, this.count)
  }

  /** Lanes without a network do what the first does. */
  #load(states: readonly NetworkState[], steps: number): void {
    const doubles = doublesOf(this.#buffer)
    const words = wordsOf(this.#buffer)
    const [first] = states
    const firstDoubles = doublesOf(first.engine.buffer)
    const firstWords = wordsOf(first.engine.buffer)
    for (let i = 0; i < P.OPTIMIZER_VALUES_COUNT; i++) doubles[VALUES + i] = firstDoubles[VALUES + i]
    words[P.POSITION >>> 2] = firstWords[P.POSITION >>> 2]
    // What one of them needs, all can do.
    const stops = states.some(({ engine }) => wordsOf(engine.buffer)[P.STOP_AT_EPOCH_END >>> 2] !== 0)
    words[P.STOP_AT_EPOCH_END >>> 2] = Number(stops)
    words[P.RATES >>> 2] = firstWords[P.RATES >>> 2] === 0 ? 0 : this.#data.rates
    doubles[P.STEP >>> 3] = 0
    doubles[P.EPOCHS_LEFT >>> 3] = Number.POSITIVE_INFINITY
    for (let lane = 0; lane < this.count; lane++) this.#loadLane(lane, states[lane] ?? first, steps)
  }

  #loadLane(lane: number, state: NetworkState, steps: number): void {
    const { buffer } = state.engine
    const doubles = doublesOf(buffer)
    const words = wordsOf(buffer)
    if (this.#placed[lane] !== state) this.#place(lane, state)
    this.#copyTrained(lane, state, true)
    this.#field(P.LANE_RATES)[lane] = doubles[P.LEARNING_RATE >>> 3]
    this.#field(P.LANE_EPOCHS)[lane] = doubles[P.EPOCH >>> 3]
    this.#field(P.LANE_SUMS)[lane] = doubles[P.EPOCH_SUM >>> 3]
    this.#field(P.LANE_TARGETS)[lane] = doubles[P.TARGET_LOSS >>> 3]
    new Uint32Array(this.#buffer, this.#layout.laneTable + P.LANE_SEEDS, this.count)[lane] = words[P.SEED >>> 2]
    const shared = doublesOf(this.#buffer)
    shared[P.EPOCHS_LEFT >>> 3] = Math.min(shared[P.EPOCHS_LEFT >>> 3], doubles[P.EPOCHS_LEFT >>> 3])
    if (words[P.RATES >>> 2] === 0) return
    const rates = new Float64Array(buffer, words[P.RATES >>> 2], steps)
    spread(rates, 0, new Float64Array(this.#buffer, this.#data.rates), lane, steps, this.count)
  }

  #store(states: readonly NetworkState[]): void {
    const doubles = doublesOf(this.#buffer)
    const words = wordsOf(this.#buffer)
    const sums = this.#field(P.LANE_SUMS)
    const epochs = words[P.EPOCH_LOSSES_COUNT >>> 2]
    const losses = new Float64Array(this.#buffer, this.#data.epochLosses, epochs * this.count)
    states.forEach((state, lane) => {
      const { buffer } = state.engine
      const own = doublesOf(buffer)
      const ownWords = wordsOf(buffer)
      this.#copyTrained(lane, state, false)
      for (let i = 0; i < P.OPTIMIZER_VALUES_COUNT; i++) own[VALUES + i] = doubles[VALUES + i]
      own[P.STEP >>> 3] += doubles[P.STEP >>> 3]
      own[P.EPOCH >>> 3] += epochs
      own[P.EPOCHS_LEFT >>> 3] -= epochs
      own[P.EPOCH_SUM >>> 3] = sums[lane]
      own[P.ORDERED_EPOCH >>> 3] = -1 // orders were drawn in the lanes
      ownWords[P.POSITION >>> 2] = words[P.POSITION >>> 2]
      ownWords[P.EPOCH_LOSSES_COUNT >>> 2] = epochs
      collect(losses, lane, new Float64Array(buffer, ownWords[P.EPOCH_LOSSES >>> 2], epochs), 0, epochs, this.count)
    })
  }

  /** Copies parameters and states of the optimizer into a lane, or back. */
  #copyTrained(lane: number, state: NetworkState, isInto: boolean): void {
    const { layout, engine } = state
    const size = layout.bytesPerValue
    const own = valuesOf(engine.buffer, this.#config.dtype)
    const shared = valuesOf(this.#buffer, this.#config.dtype)
    const blocks = layout.trainedBytes / layout.parameterBytes
    for (let block = 0; block < blocks; block++) {
      layout.layers.forEach(({ inputs, units, stride, weights }, index) => {
        let ownAt = (weights + block * layout.parameterBytes) / size
        let at = (this.#layout.layers[index].weights + block * this.#layout.parameterBytes) / size + lane
        // The biases lie behind the weights as one more row.
        for (let row = 0; row <= inputs; row++, ownAt += stride / size, at += units * this.count) {
          if (isInto) spread(own, ownAt, shared, at, units, this.count)
          else collect(shared, at, own, ownAt, units, this.count)
        }
      })
    }
  }

  /** Copies a network's rows into a lane. */
  #place(lane: number, state: NetworkState): void {
    const { layout, engine } = state
    const words = wordsOf(engine.buffer)
    const rows = words[P.DATA_ROWS >>> 2]
    const size = layout.bytesPerValue
    const own = valuesOf(engine.buffer, this.#config.dtype)
    const shared = valuesOf(this.#buffer, this.#config.dtype)
    const copy = (from: number, stride: number, to: number, columns: number) => {
      for (let row = 0; row < rows; row++) {
        const at = to / size + row * columns * this.count + lane
        spread(own, (from + row * stride) / size, shared, at, columns, this.count)
      }
    }
    copy(words[P.DATA_INPUTS >>> 2], layout.inputStride, this.#data.inputs, this.#config.inputs)
    const { units } = layout.layers[layout.layers.length - 1]
    copy(words[P.DATA_TARGETS >>> 2], layout.targetStride, this.#data.targets, units)
    this.#placed[lane] = state
  }
}

/** Whether two networks of a group can be trained together now */
export function agree(a: NetworkState, b: NetworkState): boolean {
  const own = doublesOf(a.engine.buffer)
  const other = doublesOf(b.engine.buffer)
  for (let i = 0; i < P.OPTIMIZER_VALUES_COUNT; i++) {
    if (!Object.is(own[VALUES + i], other[VALUES + i])) return false
  }
  return wordsOf(a.engine.buffer)[P.POSITION >>> 2] === wordsOf(b.engine.buffer)[P.POSITION >>> 2]
}

const VALUES = P.OPTIMIZER_VALUES >>> 3

function wordsOf(buffer: ArrayBufferLike): Uint32Array {
  return new Uint32Array(buffer, P.PROGRAM, P.PROGRAM_SIZE / 4)
}

function doublesOf(buffer: ArrayBufferLike): Float64Array {
  return new Float64Array(buffer, P.PROGRAM, P.PROGRAM_SIZE / 8)
}

/** Every element of `from` goes to one of `step` in `to`. */
function spread(from: Values, start: number, to: Values, first: number, count: number, step: number): void {
  for (let i = 0, at = first; i < count; i++, at += step) to[at] = from[start + i]
}

/** The other way round */
function collect(from: Values, first: number, to: Values, start: number, count: number, step: number): void {
  for (let i = 0, at = first; i < count; i++, at += step) to[start + i] = from[at]
}
