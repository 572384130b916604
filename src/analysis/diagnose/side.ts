// Inputs or targets as they were given and as the network sees them.

import type { ResolvedConfig } from '../../config/config.ts'
import { fitScaling } from '../../data/fit-scaling.ts'
import type { Matrix } from '../../data/matrix.ts'
import type { Dtype } from '../../numerics/values.ts'
import { activations } from '../../tables/activations.ts'
import { type Column, measureColumns } from './statistics.ts'

type Path = 'inputs' | 'targets'

/** Inputs or targets as they were given and as the network sees them */
export interface Side {
  readonly path: Path
  readonly given: Matrix
  readonly givenColumns: readonly Column[]
  readonly seen: Matrix
  readonly seenColumns: readonly Column[]
  readonly dtype: Dtype
  /** What to try against sizes and ranges, as one writes it */
  readonly advice: string
}

export function lookAt(path: Path, given: Matrix, config: ResolvedConfig): Side {
  const seen = asStored(fitScaling(config.scaling[path], given, path).apply(given), config.dtype)
  const givenColumns = measureColumns(given)
  const seenColumns = seen === given ? givenColumns : measureColumns(seen)
  const scaling = path === 'inputs' ? 'standard' : scalingInto(rangeOfOutput(config))
  const advice = `scaling: { ${path}: '${scaling}' }`
  return { path, given, givenColumns, seen, seenColumns, dtype: config.dtype, advice }
}

/** The matrix as the network's type holds it, to be read by block. That throws NOT_FINITE for what it cannot hold. */
function asStored(matrix: Matrix, dtype: Dtype): Matrix {
  if (dtype === 'float64') return matrix
  const copyRows: Matrix['copyRows'] = (from, to, values, offset, stride) => {
    const stored = new Float32Array((to - from) * stride)
    matrix.copyRows(from, to, stored, 0, stride)
    values.set(stored, offset)
  }
  return { ...matrix, copyRows, copyUnchecked: undefined }
}

export function rangeOfOutput({ layers }: ResolvedConfig): readonly [number, number] {
  return activations[layers[layers.length - 1].activation.name].range
}

/** The name of the scaling after which targets lie in a range of outputs */
function scalingInto([low]: readonly [number, number]): string {
  if (low === -Infinity) return 'standard'
  return low === 0 ? 'minMax' : 'maxAbs'
}
