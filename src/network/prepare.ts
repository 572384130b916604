// Loads what a configuration names, and only that.
import type { ResolvedConfig } from '../config/config.ts'
import { type Fits, isFitted } from '../data/scaling.ts'
import { type ChosenEngine, chooseEngine } from '../engines/choose.ts'
import { loadPart } from '../hosts/load.ts'
import type { ClassBatches } from '../prediction/state.ts'
import { losses } from '../tables/losses.ts'
import { optimizers } from '../tables/optimizers.ts'
import type { FullBatch } from '../training/session.ts'

/** What a network is made of beside its configuration */
export interface Prepared {
  readonly engine: ChosenEngine
  /** What takes the steps of optimizers that search */
  readonly fullBatch: FullBatch | undefined
  /** What trains on class numbers where there may be many classes */
  readonly classBatches: ClassBatches | undefined
  readonly fits: Fits | undefined
}

export async function prepare(config: ResolvedConfig): Promise<Prepared> {
  const searches = optimizers[config.optimizer.name].searches === true
  const { manyClasses = Infinity } = losses[config.loss.name]
  const areFitted = [config.scaling.inputs, config.scaling.targets].some(isFitted)
  const [engine, fullBatch, classBatches, fits] = await Promise.all([
    chooseEngine(config),
    searches ? loadPart(import('../training/full-batch.ts')) : undefined,
    config.outputs >= manyClasses ? loadPart(import('../training/batches.ts')) : undefined,
    areFitted ? loadPart(import('../data/fits.ts')) : undefined,
  ])
  return { engine, fullBatch, classBatches, fits }
}
