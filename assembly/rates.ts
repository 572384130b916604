// The learning rate as it meets vectors: one for all lanes, or in the build of lanes (LANES is defined there) each network's
// own. float64, rounded to T once.
import { narrow, splat, VECTOR } from './kernels/vector'
import { MOST_LANES } from './program'

/** The build of lanes: bytes of an element of a matrix, which has all lanes; and its rates for the step, f64 per lane */
let element: usize = 0
let stepRates: usize = 0

// There, vectors of what is made of the rates: those of an element. Two tables, since Nadam has two.
const TABLES: usize = memory.data(128)
const TABLE: usize = 64

/** Only in the build of lanes: sets the rates of the next step. The argument `rate` is not read there. */
export function setStepRates(rates: usize, elementBytes: usize): void {
  stepRates = rates
  element = elementBytes
}

/** rate · factor / divisor, to be read by `rateAt` */
// @ts-ignore: decorator
@inline
export function dividedRate<T>(rate: f64, factor: f64, divisor: f64, table: usize = 0): v128 {
  if (!isDefined(LANES)) return splat<T>((rate * factor) / divisor)
  const by = f64x2.splat(factor), over = f64x2.splat(divisor)
  for (let i: usize = 0, from = stepRates; i < element; i += VECTOR, from += VECTOR) {
    let rates = f64x2.div(f64x2.mul(v128.load(from), by), over)
    if (sizeof<T>() == 4) {
      from += VECTOR
      rates = narrow(rates, f64x2.div(f64x2.mul(v128.load(from), by), over))
    }
    v128.store(TABLES + table * TABLE + i, rates)
  }
  return splat<T>(0)
}

// @ts-ignore: decorator
@inline
export function spreadRate<T>(rate: f64): v128 {
  if (!isDefined(LANES)) return splat<T>(rate)
  return dividedRate<T>(rate, 1, 1)
}

/** 1 − rate · decay, to be read by `rateAt` */
// @ts-ignore: decorator
@inline
export function decayFactor<T>(rate: f64, decay: f64): v128 {
  if (!isDefined(LANES)) return splat<T>(1 - rate * decay)
  const one = f64x2.splat(1), by = f64x2.splat(decay)
  for (let i: usize = 0, from = stepRates; i < element; i += VECTOR, from += VECTOR) {
    let factors = f64x2.sub(one, f64x2.mul(v128.load(from), by))
    if (sizeof<T>() == 4) {
      from += VECTOR
      factors = narrow(factors, f64x2.sub(one, f64x2.mul(v128.load(from), by)))
    }
    v128.store(TABLES + i, factors)
  }
  return splat<T>(0)
}

/** What one of these gave, for the vector at the address `w` of a block that is aligned to 64 */
// @ts-ignore: decorator
@inline
export function rateAt(rate: v128, w: usize, table: usize = 0): v128 {
  if (!isDefined(LANES)) return rate
  return v128.load(TABLES + table * TABLE + (w & (element - 1)))
}
