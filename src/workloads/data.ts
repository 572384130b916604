// Seeded data in the shapes of the workloads, and the tutorial's own three rows.

/** Rows one after another */
export interface Data {
  readonly rows: number
  readonly inputs: Float64Array
  readonly targets: Float64Array
}

export interface ClassDataOptions {
  readonly rows: number
  readonly columns: number
  readonly outputs: number
  /** Share of zeros among the inputs, as in pictures */
  readonly zeros: number
  readonly seed: number
}

/** Uniform numbers in [0, 1): mulberry32. */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The tutorial's rows, already divided by the columns' largest values and by 100 */
export const tutorialData: Data = {
  rows: 3,
  inputs: Float64Array.of(2 / 3, 1, 1 / 3, 5 / 9, 1, 6 / 9),
  targets: Float64Array.of(0.92, 0.86, 0.89),
}

/**
 * Rows around one centre per class; one-hot targets, or 0 and 1 for a single output. All numbers are float32, so that both
 * dtypes are given the same.
 */
export function classData({ rows, columns, outputs, zeros, seed }: ClassDataOptions): Data {
  const random = generator(seed)
  const classes = Math.max(2, outputs)
  const centres = Float64Array.from({ length: classes * columns }, () => 2 * random() - 1)
  const inputs = new Float64Array(rows * columns)
  const targets = new Float64Array(rows * outputs)
  for (let row = 0; row < rows; row++) {
    const label = Math.floor(random() * classes)
    for (let column = 0; column < columns; column++) {
      const value = centres[label * columns + column] + random() + random() - 1
      inputs[row * columns + column] = random() < zeros ? 0 : Math.fround(value)
    }
    if (outputs === 1) targets[row] = label
    else targets[row * outputs + label] = 1
  }
  return { rows, inputs, targets }
}
