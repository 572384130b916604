// The turns that the host has while a training runs.
import { vi } from 'vitest'

/**
 * At every look the clock has gone on by so many milliseconds, so that there is a turn soon after every step or block, in which
 * something is done. Counts them. Until `vi.restoreAllMocks()`
 */
export function actInTurns(milliseconds: number, act: () => unknown): { count: number } {
  const turns = { count: 0 }
  let time = 0
  vi.spyOn(performance, 'now').mockImplementation(() => (time += milliseconds))
  const { setImmediate: next } = globalThis
  vi.spyOn(globalThis, 'setImmediate').mockImplementation(((resolve: () => void) =>
    next(() => {
      turns.count++
      act()
      resolve()
    })) as typeof setImmediate)
  return turns
}
