// Networks trained together, a lane of every vector for each. They stay where they are, each in its memory: a slice copies
// what training changes into the lanes, trains there and copies it back, so that a network may leave after any slice, and
// all that is not training never knows. Every network gets the bits that it would get alone.
import { instantiateSync } from '@assemblyscript/loader'
import { DIVERGED, SLICE_ENDED } from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import type { ResolvedConfig } from '../config/config.ts'
import { compileBuild } from '../engines/modules.ts'
import { type DataLayout, type Layout, layOut, layOutData, wholePages } from '../memory/layout.ts'
import { writeProgram } from '../memory/write-program.ts'
import { type Values, valuesOf } from '../numerics/values.ts'
import type { NetworkState } from '../prediction/state.ts'
import { Program } from '../program.ts'
import { LaneTable } from './lane-table.ts'

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
  /** Of all lanes. The memory never grows. */
  readonly #program: Program
  readonly #table: LaneTable
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
    this.#data = layOutData(this.#layout, {
      rows,
      validationRows: 0,
      isShuffled,
      isWeighted: false,
      weightColumns: undefined,
      hasRates,
      classTargets: undefined,
    })
    this.#exports = instantiateSync(module, {}).instance.exports as unknown as Exports
    const { memory } = this.#exports
    memory.grow((wholePages(this.#data.end) - memory.buffer.byteLength) / 65536)
    this.#program = new Program(memory.buffer)
    writeProgram({ buffer: memory.buffer, program: this.#program }, this.#layout, config)
    const { inputs: dataInputs, targets: dataTargets, order, epochLosses, epochLossesCapacity } = this.#data
    this.#program.set({ dataInputs, dataTargets, dataRows: rows, batchRows, order })
    this.#program.set({ epochLosses, epochLossesCapacity })
    this.#table = new LaneTable(memory.buffer, this.#layout.laneTable, count)
  }

  /**
   * Trains networks of the group, at most `count`, which stand at the same batch with the same numbers of the optimizer, on
   * at most `steps` batches, fewer where one of them ends. Gives for each why, by the reasons in assembly/ids.ts.
   */
  train(states: readonly NetworkState[], steps: number): number[] {
    this.#load(states, steps)
    const reason = this.#exports.train(P.PROGRAM, this.#layout.laneTable, steps)
    const { losses } = this.#table
    this.#store(states)
    return states.map((_, lane) => (reason === DIVERGED && !Number.isFinite(losses[lane]) ? DIVERGED : SLICE_ENDED))
  }

  get #buffer(): ArrayBuffer {
    return this.#exports.memory.buffer
  }

  /** Lanes without a network do what the first does. */
  #load(states: readonly NetworkState[], steps: number): void {
    const [first] = states
    const own = first.engine.program
    const [position, rates] = own.read('position', 'rates')
    this.#program.optimizerValues.set(own.optimizerValues)
    this.#program.set({
      position,
      // What one of them needs, all can do.
      stopAtEpochEnd: Math.max(...states.map(({ engine }) => engine.program.get('stopAtEpochEnd'))),
      rates: rates === 0 ? 0 : this.#data.rates,
      stepsDone: 0,
      epochsLeft: Math.min(...states.map(({ engine }) => engine.program.get('epochsLeft'))),
    })
    for (let lane = 0; lane < this.count; lane++) this.#loadLane(lane, states[lane] ?? first, steps)
  }

  #loadLane(lane: number, state: NetworkState, steps: number): void {
    const { buffer, program: own } = state.engine
    const [epoch, epochSum, targetLoss] = own.read('epoch', 'epochSum', 'targetLoss')
    const [learningRate, seed, rates] = own.read('learningRate', 'seed', 'rates')
    if (this.#placed[lane] !== state) this.#place(lane, state)
    this.#copyTrained(lane, state, true)
    this.#table.rates[lane] = learningRate
    this.#table.epochs[lane] = epoch
    this.#table.sums[lane] = epochSum
    this.#table.targets[lane] = targetLoss
    this.#table.seeds[lane] = seed
    if (rates === 0) return
    const given = new Float64Array(buffer, rates, steps)
    spread(given, 0, new Float64Array(this.#buffer, this.#data.rates), lane, steps, this.count)
  }

  #store(states: readonly NetworkState[]): void {
    const { optimizerValues } = this.#program
    const [stepsDone, position, epochs] = this.#program.read('stepsDone', 'position', 'epochLossesCount')
    const losses = new Float64Array(this.#buffer, this.#data.epochLosses, epochs * this.count)
    states.forEach((state, lane) => {
      const { buffer, program: own } = state.engine
      this.#copyTrained(lane, state, false)
      own.optimizerValues.set(optimizerValues)
      own.set({
        stepsDone: own.get('stepsDone') + stepsDone,
        epoch: own.get('epoch') + epochs,
        epochsLeft: own.get('epochsLeft') - epochs,
        epochSum: this.#table.sums[lane],
        position,
        epochLossesCount: epochs,
      })
      collect(losses, lane, new Float64Array(buffer, own.get('epochLosses'), epochs), 0, epochs, this.count)
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
    const [rows, dataInputs, dataTargets] = engine.program.read('dataRows', 'dataInputs', 'dataTargets')
    const size = layout.bytesPerValue
    const own = valuesOf(engine.buffer, this.#config.dtype)
    const shared = valuesOf(this.#buffer, this.#config.dtype)
    const copy = (from: number, stride: number, to: number, columns: number) => {
      for (let row = 0; row < rows; row++) {
        const at = to / size + row * columns * this.count + lane
        spread(own, (from + row * stride) / size, shared, at, columns, this.count)
      }
    }
    copy(dataInputs, layout.inputStride, this.#data.inputs, this.#config.inputs)
    const { units } = layout.layers[layout.layers.length - 1]
    copy(dataTargets, layout.targetStride, this.#data.targets, units)
    this.#placed[lane] = state
  }
}

/** Whether two networks of a group can be trained together now */
export function agree(a: NetworkState, b: NetworkState): boolean {
  const own = a.engine.program
  const other = b.engine.program
  const agrees = own.optimizerValues.every((value, index) => Object.is(value, other.optimizerValues[index]))
  return agrees && own.get('position') === other.get('position')
}

/** Every element of `from` goes to one of `step` in `to`. */
function spread(from: Values, start: number, to: Values, first: number, count: number, step: number): void {
  for (let i = 0, at = first; i < count; i++, at += step) to[at] = from[start + i]
}

/** The other way round */
function collect(from: Values, first: number, to: Values, start: number, count: number, step: number): void {
  for (let i = 0, at = first; i < count; i++, at += step) to[start + i] = from[at]
}
