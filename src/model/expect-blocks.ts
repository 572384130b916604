// What reading a snapshot asks of its blocks and counters.
import type { ResolvedConfig } from '../config/config.ts'
import { unexpected, type WasmpropError } from '../errors.ts'
import type { Blocks, Values } from '../numerics/values.ts'

/** Bounds of counters, which no training comes near, and of row numbers */
export const MOST = 2 ** 50
export const MOST_ROWS = 2 ** 32 - 1

/** A block that must be there, of any length where none is given; float64 unless it is in the network's type */
export function expectBlock(blocks: Blocks, name: string, length?: number, config?: ResolvedConfig): Values {
  const size = config?.dtype === 'float32' ? 4 : 8
  const block: Values | undefined = blocks[name]
  if (block?.BYTES_PER_ELEMENT === size && (length === undefined || block.length === length)) return block
  throw invalid(name, `${length ?? 'some'} numbers of ${size} bytes`, block ? `${block.length}` : 'none')
}

/** The same where all of them must be finite */
export function expectNumbers(blocks: Blocks, name: string, length?: number, config?: ResolvedConfig): Values {
  const block = expectBlock(blocks, name, length, config)
  demand(name, 'finite numbers', block.every(Number.isFinite))
  return block
}

export function demand(name: string, expected: string, isTrue: boolean): void {
  if (!isTrue) throw invalid(name, expected, 'others')
}

export function invalid(name: string, expected: string, got: string): WasmpropError {
  return unexpected('INVALID_MODEL', `snapshot: ${name}`, expected, got, { path: name })
}
