// What `threads: 'auto'` comes to on this host.
import type { ResolvedConfig } from '../config/config.ts'
import { MOST_BLOCK_ROWS } from '../memory/layout.ts'

/** The largest product, in multiply-adds, from which "auto" starts helpers, which takes some 50 ms */
const HELPS_FROM = 128 ** 3
/** More seldom pay: not all between products is split. */
const MOST_AUTOMATIC_THREADS = 8

/** How many threads a network asks for: with 'auto' what the host can run at once, or 1 where no product is large */
export function threadsFor({ threads, layers }: ResolvedConfig): number {
  if (threads !== 'auto') return threads
  const largest = layers.reduce((most, { inputs, units }) => Math.max(most, inputs * units), 0)
  return MOST_BLOCK_ROWS * largest < HELPS_FROM ? 1 : automaticThreads()
}

/** What 'auto' is where several threads pay */
export function automaticThreads(): number {
  return Math.min(MOST_AUTOMATIC_THREADS, hostThreads())
}

interface Host {
  readonly navigator?: { readonly hardwareConcurrency?: number }
  readonly process?: { getBuiltinModule?(name: 'node:os'): typeof import('node:os') }
}

/** Threads that the host runs at once; 1 where it does not say, as Node before 20.16 */
function hostThreads(): number {
  const { navigator, process } = globalThis as Host
  return navigator?.hardwareConcurrency ?? process?.getBuiltinModule?.('node:os').availableParallelism() ?? 1
}
