// How much memory a network and its data take, before any of it is taken.
import type { ResolvedConfig } from '../config/config.ts'
import { hasManyClasses } from '../tables/losses.ts'
import { type DataShape, type Layout, layOutData, wholePages } from './layout.ts'

/**
 * Bytes, as whole pages, while it trains on rows of this shape. Targets that 4 GiB do not hold as rows count as class numbers where
 * there may be many classes.
 */
export function memoryFor(config: ResolvedConfig, layout: Layout, shape: DataShape): number {
  try {
    return wholePages(layOutData(layout, shape).end)
  } catch (error) {
    if (!hasManyClasses(config)) throw error
    return wholePages(layOutData(layout, { ...shape, classTargets: true }).end)
  }
}
