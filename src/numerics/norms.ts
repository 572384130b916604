// Sums of squares and norms of float64 numbers, also where a square leaves float64's range.

/** Exact powers of two, and the sums of squares beyond which they are needed: below the latter, squares lose digits. */
const SHRINK = 2 ** -600
const GROW = 2 ** 600
const LEAST = 2 ** -900

type Lists = readonly ArrayLike<number>[]

/** Σ (factor · x)², one after another */
function sumOfSquares(lists: Lists, factor = 1): number {
  let sum = 0
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) sum += list[i] * factor * (list[i] * factor)
  }
  return sum
}

/** √Σ x²: finite and above 0 wherever it can be */
export function normOf(lists: Lists): number {
  const squares = sumOfSquares(lists)
  if (squares >= LEAST && squares < Infinity) return Math.sqrt(squares)
  const factor = squares === Infinity ? SHRINK : GROW
  return Math.sqrt(sumOfSquares(lists, factor)) / factor
}

/** ½ · factor · Σ x²: finite wherever it can be, and 0 for a factor of 0 */
export function halfSquares(factor: number, lists: Lists): number {
  if (factor === 0) return 0
  const squares = sumOfSquares(lists)
  if (squares < Infinity) return 0.5 * factor * squares
  return 0.5 * factor * GROW * sumOfSquares(lists, SHRINK) * GROW
}

/** factor · Σ |x|, the same */
export function magnitudes(factor: number, lists: Lists): number {
  if (factor === 0) return 0
  const sumOf = (scale: number) => {
    let sum = 0
    for (const list of lists) for (let i = 0; i < list.length; i++) sum += Math.abs(list[i]) * scale
    return sum
  }
  const sum = sumOf(1)
  return sum < Infinity ? factor * sum : factor * GROW * sumOf(SHRINK)
}
