// What is made of the engine's numbers before they are handed out.
import { unexpected, WasmpropError } from '../errors.ts'
import type { Values } from '../numerics/values.ts'

/** No NaN or infinity is handed out as a result. */
export function finite(value: number, what: string): number {
  if (Number.isFinite(value)) return value
  const message = `${what} to be finite, got ${value}; the inputs or the weights are too large for the network's type`
  throw new WasmpropError('NOT_FINITE', message)
}

/** `call` is what the outputs were computed for. */
export function refuseOverflow(outputs: Values, units: number, call: string): void {
  for (let index = 0; index < outputs.length; index++) {
    if (Number.isFinite(outputs[index])) continue
    const row = Math.floor(index / units)
    finite(outputs[index], `${call}: expected output ${index % units} of row ${row}`)
  }
}

/** Outputs are not written to where their type would make infinities of finite results. */
export function refuseNarrow(outputs: Values, results: Values, units: number): void {
  if (outputs.BYTES_PER_ELEMENT >= results.BYTES_PER_ELEMENT) return
  const index = results.findIndex((result) => !Number.isFinite(Math.fround(result)))
  if (index < 0) return
  const [row, column] = [Math.floor(index / units), index % units]
  const what = "a number within float32's range, or a Float64Array for the outputs"
  const where = `outputs[${index}] (row ${row}, column ${column})`
  throw unexpected('NOT_FINITE', where, what, `${results[index]}`, { path: 'outputs', row, column })
}

/** The class of each row: the output with the largest value, or for a single output 1 where it is above ½ */
export function classesOf(outputs: Values, units: number): Uint32Array {
  const classes = new Uint32Array(outputs.length / units)
  for (let row = 0; row < classes.length; row++) {
    classes[row] = units === 1 ? Number(outputs[row] > 0.5) : largestOf(outputs, row * units, units)
  }
  return classes
}

/** Which of the `units` outputs from `start` on is the largest: the first of equal ones */
export function largestOf(outputs: Values, start: number, units: number): number {
  let largest = 0
  for (let unit = 1; unit < units; unit++) if (outputs[start + unit] > outputs[start + largest]) largest = unit
  return largest
}

/** How many of a row's outputs come before that of a class: larger ones, and equal ones to the left */
export function rankOf(outputs: Values, start: number, units: number, ofClass: number): number {
  const output = outputs[start + ofClass]
  let rank = 0
  for (let unit = 0; unit < units; unit++) {
    const other = outputs[start + unit]
    if (other > output || (other === output && unit < ofClass)) rank++
  }
  return rank
}
