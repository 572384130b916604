// How many threads there may be, and from which size on a network's products are split over them.
import { refuse } from '../options/check.ts'

/**
 * Multiply-adds from which a product is split. Measured on two cores, helpers awake: handing out and joining takes 0.9 µs, so
 * two threads are as fast as one at 32³, 1.8 times as fast at 64³ (14 µs) and 1.96 at 128³. One that must be woken is too
 * late for what is smaller.
 */
export const SPLIT_PRODUCT = 64 ** 3
/**
 * Bytes from which a pass over memory is split: the gathering of a batch, an optimizer's update. Splitting transposed weights
 * as well gained 0.3 % of a step of 784-512-512-10.
 */
export const SPLIT_BYTES = 2 ** 17
export const MOST_THREADS = 64

/** Checks an option of that name. Default 1 */
export function checkThreads(value: unknown): number | 'auto' {
  if (value === undefined) return 1
  const isCount = Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_THREADS
  if (isCount || value === 'auto') return value as number | 'auto'
  return refuse('threads', `an integer from 1 to ${MOST_THREADS}, or "auto"`, value)
}
