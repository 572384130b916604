// How much memory a network will take, before any of it is taken.

import { type NetworkConfig, resolveConfig } from '../config/config.ts'
import { threadsFor } from '../engines/thread-count.ts'
import { layOut, memoryFor } from '../memory/layout.ts'
import { checkInteger } from '../options/check.ts'
import { isConstant, newRateState } from '../tables/schedules.ts'

/**
 * Bytes of WebAssembly memory (whole pages of 64 KiB) that a network takes while it trains on `rows` shuffled rows; 0 rows:
 * without training data. Rows in their order take 4 bytes a row less. Throws OUT_OF_MEMORY above 4 GiB.
 */
export function estimateMemory(config: NetworkConfig, rows: number): number {
  const resolved = resolveConfig(config)
  const hasRates = !isConstant(resolved.learningRate, newRateState())
  return memoryFor(layOut(resolved, threadsFor(resolved)), checkInteger(rows, 'rows', 0, 2 ** 32 - 1), hasRates)
}
