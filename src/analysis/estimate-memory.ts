// How much memory a network will take, before any of it is taken.

import type { NetworkConfig, ResolvedConfig } from '../config/config.ts'
import { resolveConfig } from '../config/resolve.ts'
import { readRows } from '../data/rows.ts'
import { heldRows } from '../data/training-set.ts'
import { threadsFor } from '../engines/thread-count.ts'
import { publicCall } from '../errors.ts'
import { memoryFor } from '../memory/estimate.ts'
import { layOut, wholePages } from '../memory/layout.ts'
import { checkInteger } from '../options/check.ts'
import { newRateState } from '../tables/schedules.ts'
import type { ResolvedTrainOptions, TrainOptions } from '../training/options.ts'
import { resolveTrainOptions } from '../training/resolve-options.ts'
import { shapeOf } from '../training/start.ts'

/**
 * Bytes of WebAssembly memory (whole pages of 64 KiB) that a network takes while it trains on `rows` rows with these options
 * of `train`: a share of them for the validation, rows of their own for it, weights of rows, an order for shuffling. Without
 * options it is what shuffled rows take, which is the most that `rows` take without weights and without rows of their own for
 * the validation; 0 rows: without training data. Targets count as rows of numbers; where these are more than 4 GiB hold, those
 * of 64 classes and more as class numbers, which alone can be trained on then. Throws OUT_OF_MEMORY above 4 GiB, and as
 * `train` does for options.
 */
export function estimateMemory(config: NetworkConfig, rows: number, trainOptions?: TrainOptions): number {
  return publicCall('estimateMemory', estimateMemory, () => estimate(config, rows, trainOptions))
}

function estimate(config: NetworkConfig, rows: number, trainOptions?: TrainOptions): number {
  const resolved = resolveConfig(config)
  const layout = layOut(resolved, threadsFor(resolved))
  const count = checkInteger(rows, 'rows', 0, 2 ** 32 - 1)
  const rate = newRateState()
  const options = resolveTrainOptions(trainOptions)
  if (count === 0) return wholePages(layout.end)
  const held = options.split ? heldRows(count, options.split.share) : 0
  const validationRows = held + ownRows(resolved, options)
  const shape = shapeOf(resolved, options, count - held, validationRows, rate)
  return memoryFor(resolved, layout, trainOptions === undefined ? { ...shape, isShuffled: true } : shape)
}

/** Rows of their own for the validation */
function ownRows(config: ResolvedConfig, { validation }: ResolvedTrainOptions): number {
  if (validation === undefined) return 0
  return readRows({ config }, validation.inputs, validation.targets, 'validation.').inputs.rows
}
