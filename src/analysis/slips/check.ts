// Whether a number that was worked out by hand is right, and if not, which slip it comes from: the wrong calculations that
// people make are made too, and the one that leads to the same number is named.
import { publicCall, unexpected } from '../../errors.ts'
import type { Explanation } from '../explain/explanation.ts'
import { type PlacedMistake, withRounding, wrongValues } from './mistakes.ts'
import { isByHand, readQuantity, rightValues, type Task, taskOf } from './task.ts'
import { type SlipCode, work } from './work.ts'
import { agreeingDigits, isCutOff, isRounded, readWritten, type Written } from './written.ts'

/** A slip that leads to the number */
export interface Slip {
  readonly code: SlipCode | 'otherQuantity' | 'sign' | 'decimalPoint' | 'digitsExchanged'
  /** What went wrong, in a sentence without a full stop */
  readonly text: string
  /** What the slip makes of the quantity, unrounded */
  readonly value: number
}

/** What `checkCalculation` found */
export interface CheckedCalculation {
  /** The quantity's own name: `w5` (after the step), `net h1`, `∂E/∂out o1` */
  readonly quantity: string
  readonly written: number
  readonly exact: number
  /** `close`: the first three digits or more agree, and no slip explains the others */
  readonly verdict: 'right' | 'slip' | 'close' | 'wrong'
  /** Leading digits that agree; of a right number those that were written */
  readonly digits: number
  /** At most three, the likeliest first: more than one where they lead to the same number */
  readonly slips: readonly Slip[]
  /** All of it in a sentence or two */
  readonly text: string
}

const MOST_SLIPS = 3
const CLOSE = 3

/**
 * Checks a number that was worked out by hand against one step of a network: `explain`'s of one row, or of all rows of a full
 * batch. `quantity` is a name such as `net h1`, `out o1`, `E total`, `∂E/∂out h1`, `∂out/∂net o1`, `∂E/∂net o1` (or `delta o1`),
 * `∂E/∂w5` and `w5` for the weight after the step; in a batch of several rows with `row 2` behind it where it belongs to one.
 * Slips are known for sigmoid, tanh, relu and linear layers, squared errors and plain gradient descent; of other networks the
 * check says right or wrong. Throws INVALID_DATA for a quantity that there is not, or what is no number.
 *
 * @example
 * ```js
 * import { createNetwork, explain } from 'wasmprop'
 * import { checkCalculation } from 'wasmprop/lesson'
 *
 * const network = await createNetwork({
 *   inputs: 2,
 *   layers: [
 *     { units: 2, activation: 'sigmoid', weightInit: [[0.15, 0.25], [0.2, 0.3]], biasInit: [0.35, 0.35] },
 *     { units: 2, activation: 'sigmoid', weightInit: [[0.4, 0.5], [0.45, 0.55]], biasInit: [0.6, 0.6] },
 *   ],
 *   loss: 'halfSquaredError',
 *   optimizer: { name: 'sgd', learningRate: 0.5 },
 *   dtype: 'float64',
 * })
 * const explanation = explain(network, [0.05, 0.1], [0.01, 0.99])
 * console.log(checkCalculation(explanation, 'w5', '0.3589').verdict)
 * console.log(checkCalculation(explanation, 'w5', '0.4411').text)
 * ```
 *
 * ```text
 * right
 * w5 is another number. This one comes out where: a sign: target − out was taken for out − target; or: a sign: the step was added to the weight; it goes against the gradient
 * ```
 */
export function checkCalculation(
  explanation: Explanation | readonly Explanation[],
  quantity: string,
  written: string | number,
): CheckedCalculation {
  return publicCall('checkCalculation', checkCalculation, () => {
    const explanations = 'layers' in explanation ? [explanation] : explanation
    if (explanations.length === 0) throw unexpected('INVALID_DATA', 'explanation', 'at least one explained row')
    const values = rightValues(explanations)
    const name = readQuantity(quantity, [...values.keys()])
    return check(taskOf(explanations), values, name, readWritten(String(written)))
  })
}

/** The names of all quantities that can be checked */
export function quantitiesOf(explanation: Explanation | readonly Explanation[]): string[] {
  return [...rightValues('layers' in explanation ? [explanation] : explanation).keys()]
}

function check(task: Task, values: Map<string, number>, quantity: string, written: Written): CheckedCalculation {
  const exact = values.get(quantity) as number
  const common = { quantity, written: written.value, exact }
  if (isRounded(written, exact) || isCutOff(written, exact)) {
    const text = rightText(task, quantity, written, exact)
    return { ...common, verdict: 'right', digits: written.digits, slips: [], text }
  }
  const slips = findSlips(task, values, quantity, written)
  const digits = agreeingDigits(written, exact)
  if (slips.length > 0) return { ...common, verdict: 'slip', digits, slips, text: slipText(quantity, slips) }
  if (digits >= CLOSE) {
    const text = `${quantity} is right in its first ${digits} digits; the others come from rounding or reckoning`
    return { ...common, verdict: 'close', digits, slips, text }
  }
  return {
    ...common,
    verdict: 'wrong',
    digits,
    slips,
    text: `${quantity} is another number; no usual slip leads to this one`,
  }
}

function rightText(task: Task, quantity: string, written: Written, exact: number): string {
  const { digits } = written
  if (digits === 0) return `${quantity} is too small for these places: write more of them`
  const how = isRounded(written, exact) ? 'rounded' : 'cut off'
  const old = oldValue(task, quantity)
  const isOld = old !== undefined && old !== exact && isRounded(written, old)
  const more = isOld ? `; the old ${quantity} looks the same in so few digits` : ''
  return `${quantity} is right: ${how} to ${digits} digit${digits === 1 ? '' : 's'}${more}`
}

function slipText(quantity: string, slips: readonly Slip[]): string {
  const [first, ...others] = slips.map(({ text }) => text)
  const start = `${quantity} is another number. This one comes out where: ${first}`
  return others.length === 0 ? start : `${start}; or: ${others.join('; or: ')}`
}

/** The likeliest slips that lead to the number as it is rounded, else as it may be cut off, else with rounding on the way */
function findSlips(task: Task, values: Map<string, number>, quantity: string, written: Written): Slip[] {
  const wrong = isByHand(task) ? wrongValues(task, quantity) : []
  const byHand = wrong.map(({ mistake, value }) => ({ ...slipOf(mistake), value }))
  const candidates = [...byHand, ...otherQuantities(task, values, quantity), ...slipsOfPen(values, quantity, written)]
  for (const fits of [isRounded, isCutOff]) {
    const found = distinct(candidates.filter(({ value }) => fits(written, value)))
    if (found.length > 0) return found
  }
  const rounded = wrong.flatMap(({ mistake, value }) => {
    if (Math.abs(value - written.value) > Math.abs(value) * 0.05) return []
    return withRounding(mistake).map((each) => ({ ...slipOf(each), value: work(task, each).get(quantity) as number }))
  })
  return distinct(rounded.filter(({ value }) => isRounded(written, value)))
}

const slipOf = ({ code, text }: PlacedMistake) => ({ code, text })

/** The first of each kind: those at all places come before those at one. */
function distinct(slips: readonly Slip[]): Slip[] {
  const firsts = slips.filter(({ code }, index) => slips.findIndex((each) => each.code === code) === index)
  return firsts.slice(0, MOST_SLIPS)
}

function oldValue({ layers }: Task, name: string): number | undefined {
  const weights = layers.flatMap(({ neurons }) => neurons.flatMap(({ weights, bias }) => [...weights, bias]))
  return weights.find((weight) => weight?.name === name)?.value
}

/** The right value of something else */
function otherQuantities(task: Task, values: Map<string, number>, quantity: string): Slip[] {
  const code = 'otherQuantity'
  const old = oldValue(task, quantity)
  const ofOld =
    old === undefined ? [] : [{ code, text: `that is the old ${quantity}, before the step`, value: old } as const]
  const others = [...values].filter(([name]) => name !== quantity)
  return [...ofOld, ...others.map(([name, value]) => ({ code, text: `that is ${name}`, value }) as const)]
}

/** What is calculated right and written down wrong */
function slipsOfPen(values: Map<string, number>, quantity: string, written: Written): Slip[] {
  const exact = values.get(quantity) as number
  const points = [10, 0.1, 100, 0.01].map((factor) => exact * factor)
  return [
    { code: 'sign', text: 'a sign: it is right but for the minus', value: -exact },
    ...points.map(
      (value) => ({ code: 'decimalPoint', text: 'the decimal point is in the wrong place', value }) as const,
    ),
    ...(isExchanged(written, exact)
      ? [
          {
            code: 'digitsExchanged',
            text: 'two digits have changed places',
            value: written.value,
          } as const,
        ]
      : []),
  ]
}

/** Whether the digits become right if two neighbors change places */
function isExchanged({ value, unit }: Written, exact: number): boolean {
  const digits = String(Math.round(Math.abs(value) / unit))
  const right = String(Math.round(Math.abs(exact) / unit))
  if (digits.length !== right.length || Math.sign(value) !== Math.sign(exact)) return false
  const differing = [...digits].flatMap((digit, index) => (digit === right[index] ? [] : [index]))
  const [first, second] = differing
  return (
    differing.length === 2 && second === first + 1 && digits[first] === right[second] && digits[second] === right[first]
  )
}
