// What is looked at while a network learns: its outputs over a grid of inputs, those of its hidden units, its predictions of
// rows, its weights and gradients. All of it is computed by networks in the worker.
import type { LayerWeights, NetworkConfig } from 'wasmprop'
import { createNetwork, type WorkerNetwork } from 'wasmprop/worker'
import { extentsOf, type Part, type Problem, taken } from './problem.ts'
import { labWorker, matrixOf, type Run } from './run.ts'

export const SURFACE_CELLS = 60
const UNIT_CELLS = 20
const CURVE_POINTS = 160
const SAMPLE_ROWS = 1000
/** Units that are drawn of a layer */
export const MOST_SHOWN_UNITS = 8

/** Inputs over the plane of two columns (or along one), the others at their means */
export interface Grid {
  readonly axes: readonly number[]
  readonly ranges: readonly (readonly [number, number])[]
  /** Cells along an axis */
  readonly cells: number
  readonly rows: number
  readonly inputs: Float32Array
}

export function gridOf(problem: Problem, axes: readonly number[], wanted: number): Grid {
  const columns = problem.inputNames.length
  const extents = extentsOf(problem)
  const ranges = axes.map((axis) => widened(extents[axis]))
  const cells = axes.length === 1 ? CURVE_POINTS : wanted
  const rows = axes.length === 1 ? cells : cells * cells
  const means = meansOf(problem)
  const inputs = new Float32Array(rows * columns)
  const at = ([low, high]: readonly [number, number], place: number) => low + ((high - low) * (place + 0.5)) / cells
  for (let row = 0; row < rows; row++) {
    inputs.set(means, row * columns)
    inputs[row * columns + axes[0]] = at(ranges[0], row % cells)
    // The first row of a picture is its upper edge.
    if (axes.length > 1) inputs[row * columns + axes[1]] = at(ranges[1], cells - 1 - Math.floor(row / cells))
  }
  return { axes, ranges, cells, rows, inputs }
}

const widened = ([low, high]: readonly [number, number]) => {
  const margin = 0.08 * (high - low)
  return [low - margin, high + margin] as const
}

function meansOf({ inputs, inputNames, rows }: Problem): Float64Array {
  const columns = inputNames.length
  const sums = new Float64Array(columns)
  for (let index = 0; index < rows * columns; index++) sums[index % columns] += inputs[index]
  return sums.map((sum) => sum / rows)
}

export async function surfaceOf({ network, problem }: Run, { inputs, rows }: Grid): Promise<Float32Array> {
  return (await network.predict(matrixOf(problem, { inputs, rows }))) as unknown as Float32Array
}

/** What a look into the network finds */
export interface Units {
  readonly weights: readonly LayerWeights[]
  readonly gradients: readonly LayerWeights[]
  /** Per hidden layer rows of the probes' grid × units */
  readonly surfaces: readonly Float32Array[]
  readonly cells: number
}

/** Networks that end with a hidden layer each, to see what its units give */
export class Probes {
  readonly #networks: readonly WorkerNetwork[]
  readonly #grid: Grid
  readonly #problem: Problem

  private constructor(networks: readonly WorkerNetwork[], grid: Grid, problem: Problem) {
    this.#networks = networks
    this.#grid = grid
    this.#problem = problem
  }

  static async of({ made: { config, scaling }, problem }: Run, axes: readonly number[]): Promise<Probes> {
    const hidden = config.layers.slice(0, -1).map(({ dropout: _, ...layer }) => layer)
    const networks = hidden.map((_, last) => {
      const probe: NetworkConfig = {
        inputs: config.inputs,
        layers: hidden.slice(0, last + 1),
        loss: 'meanSquaredError',
        scaling: { inputs: scaling.inputs ?? 'none' },
        dtype: 'float32',
        engine: config.engine,
        seed: 0,
      }
      return createNetwork(probe, { worker: labWorker() })
    })
    return new Probes(await Promise.all(networks), gridOf(problem, axes, UNIT_CELLS), problem)
  }

  get cells(): number {
    return this.#grid.axes.length === 1 ? CURVE_POINTS : UNIT_CELLS
  }

  /** Per hidden layer rows × units */
  surfaces(weights: readonly LayerWeights[]): Promise<Float32Array[]> {
    return Promise.all(
      this.#networks.map(async (network, last) => {
        await network.setWeights(weights.slice(0, last + 1) as LayerWeights[])
        return (await network.predict(matrixOf(this.#problem, this.#grid))) as unknown as Float32Array
      }),
    )
  }

  dispose(): void {
    for (const network of this.#networks) void network.dispose()
  }
}

/** At most so many rows, evenly from all */
export function sampleOf(part: Part, columns: number, most = SAMPLE_ROWS): Part {
  if (part.rows <= most) return part
  const rows = Uint32Array.from({ length: most }, (_, place) => Math.floor((place * part.rows) / most))
  return taken(part, columns, rows)
}

export interface Judged {
  readonly rows: Part
  /** rows × outputs */
  readonly outputs: Float32Array
  /** Of classes the share found, of numbers R² */
  readonly score: number
  /** Of classes: rows by class and by what is predicted */
  readonly confusion?: readonly (readonly number[])[]
}

/** Predictions of rows, beside the truth */
export async function judge({ network, problem }: Run, rows: Part): Promise<Judged> {
  const outputs = (await network.predict(matrixOf(problem, rows))) as unknown as Float32Array
  if (problem.task === 'numbers') return { rows, outputs, score: r2(rows.targets, outputs) }
  const confusion = problem.classes.map(() => problem.classes.map(() => 0))
  let hits = 0
  for (let row = 0; row < rows.rows; row++) {
    const predicted = classOf(outputs, row, problem.classes.length)
    confusion[rows.targets[row]][predicted]++
    if (predicted === rows.targets[row]) hits++
  }
  return { rows, outputs, score: hits / rows.rows, confusion }
}

/** One output for two classes, else one each */
export function classOf(outputs: ArrayLike<number>, row: number, classes: number): number {
  if (classes <= 2) return Number(outputs[row] > 0.5)
  let best = 0
  for (let place = 1; place < classes; place++) {
    if (outputs[row * classes + place] > outputs[row * classes + best]) best = place
  }
  return best
}

function r2(truth: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const values = Array.from(truth)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const [error, spread] = values.reduce(
    ([e, s], value, row) => [e + (value - predicted[row]) ** 2, s + (value - mean) ** 2],
    [0, 0],
  )
  return 1 - error / spread
}
