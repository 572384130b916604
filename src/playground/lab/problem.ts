// What a network is to learn: rows of numbers with names, divided into those that train and those that judge.
import { generator } from '../../workloads/data.ts'

export interface Problem {
  readonly title: string
  readonly task: 'classes' | 'numbers'
  readonly inputNames: readonly string[]
  /** Inputs that the table's columns make, of which these are the first */
  readonly ofInputs?: number
  readonly targetName: string
  /** Names of the classes; none where numbers are learned */
  readonly classes: readonly string[]
  readonly rows: number
  /** Rows of the table that these were taken from */
  readonly of?: number
  /** rows × inputs */
  readonly inputs: Float64Array
  /** A class number or a value for each row */
  readonly targets: Float64Array
}

export interface Part {
  readonly rows: number
  readonly inputs: Float64Array
  readonly targets: Float64Array
}

export interface Division {
  readonly training: Part
  /** No rows where nothing is held out */
  readonly validation: Part
}

/** Uniform numbers for data: whole-number arithmetic, the same everywhere */
export const randomFrom = generator

/** Rounded, so that what differs between browsers in the last bits of `Math.sin` differs no more. */
export const rounded = (value: number): number => Math.round(value * 1e4) / 1e4

/** Holds a share of the rows out, drawn with the seed. */
export function divide(problem: Problem, share: number, seed: number): Division {
  const { rows } = problem
  const held = Math.min(rows - 1, Math.round(rows * share))
  const order = Uint32Array.from({ length: rows }, (_, row) => row)
  if (held > 0) shuffle(order, seed)
  const columns = problem.inputNames.length
  return {
    validation: taken(problem, columns, order.subarray(0, held)),
    training: taken(problem, columns, order.subarray(held)),
  }
}

function shuffle(order: Uint32Array, seed: number): void {
  const random = randomFrom(seed)
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const row = order[last]
    order[last] = order[other]
    order[other] = row
  }
}

/** These rows of all */
export function taken({ inputs, targets }: Omit<Part, 'rows'>, columns: number, rows: Uint32Array): Part {
  const part = {
    rows: rows.length,
    inputs: new Float64Array(rows.length * columns),
    targets: new Float64Array(rows.length),
  }
  for (let place = 0; place < rows.length; place++) {
    const start = rows[place] * columns
    for (let column = 0; column < columns; column++) part.inputs[place * columns + column] = inputs[start + column]
    part.targets[place] = targets[rows[place]]
  }
  return part
}

/** Least and largest value of each column */
export function extentsOf({ inputs, inputNames, rows }: Problem): [number, number][] {
  const columns = inputNames.length
  return inputNames.map((_, column) => {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let row = 0; row < rows; row++) {
      const value = inputs[row * columns + column]
      if (value < low) low = value
      if (value > high) high = value
    }
    return low === high ? [low - 1, high + 1] : [low, high]
  })
}
