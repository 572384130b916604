// What of a call's arguments stays with the caller, since it cannot be posted: the signal, `onEpoch`, and the source of a
// stream. The worker asks for what they give.

import { reading, unexpected } from '../errors.ts'
import { checkNumber, isOptionObject, isSignal } from '../options/check.ts'
import type { EpochProgress, TrainOptions } from '../training/options.ts'
import type { StreamBatch } from '../training/stream.ts'
import type { Hooks, Question } from './messages.ts'

export type Handlers = Partial<Record<Question, (value: never) => unknown>>

export interface Kept {
  readonly handlers: Handlers
  readonly signal: AbortSignal | undefined
  readonly hooks: Hooks
}

type Batches = Iterable<StreamBatch> | AsyncIterable<StreamBatch>
type OnEpoch = NonNullable<TrainOptions['onEpoch']>

function keepNothing(): { handlers: Handlers; signal: AbortSignal | undefined; hooks: Hooks } {
  // Each by name: what is read of a message is its own, whatever Object.prototype holds.
  return {
    handlers: {},
    signal: undefined,
    hooks: { signal: undefined, onEpoch: false, onProgress: false, source: undefined },
  }
}

/** Options without what is kept of them. What is neither signal nor function is posted, for the network to refuse. */
export function keepOptions(options: unknown, setLearningRate: (rate: number) => void): [unknown, Kept] {
  const kept = keepNothing()
  if (!isOptionObject(options)) return [options, kept]
  const posted: Record<string, unknown> = reading('INVALID_CONFIG', 'options', 'an object that can be read', () =>
    Object.assign(Object.create(null), options),
  )
  const { signal, onEpoch, onProgress } = posted
  if (typeof onProgress === 'function') {
    delete posted.onProgress
    kept.handlers.onProgress = async (progress) => void (await onProgress(progress))
    kept.hooks.onProgress = true
  }
  if (typeof onEpoch === 'function') {
    delete posted.onEpoch
    kept.handlers.onEpoch = (progress: EpochProgress) => answerEpoch(onEpoch as OnEpoch, progress, setLearningRate)
    kept.hooks.onEpoch = true
  }
  if (isSignal(signal)) {
    delete posted.signal
    kept.signal = signal
    kept.hooks.signal = signal.aborted ? 'aborted' : 'open'
  }
  return [posted, kept]
}

/** The rate is posted before the answer, so that it is set before training goes on. */
async function answerEpoch(onEpoch: OnEpoch, progress: EpochProgress, post: (rate: number) => void): Promise<boolean> {
  const setLearningRate = (rate: number) => post(checkNumber(rate, 'setLearningRate', { min: 0 }))
  return (await onEpoch({ ...progress, setLearningRate, snapshot })) !== false
}

/** Bytes from afar take a while. */
function snapshot(): never {
  const expected = 'await network.snapshot() of the network in a worker'
  throw unexpected('INVALID_CONFIG', 'snapshot', expected, 'a call of the progress')
}

/** Keeps a source, of which the worker asks one batch at a time. What is none is posted, for the network to refuse. */
export function keepSource(source: unknown, { handlers, hooks }: Kept): unknown {
  if (typeof source !== 'function') {
    const isSource = reading('INVALID_DATA', 'source', 'batches that can be read', () => isIterable(source))
    if (!isSource) return source
  }
  let iterator: Iterator<StreamBatch> | AsyncIterator<StreamBatch> | undefined
  const begin = (batches: Batches) => {
    iterator = Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]()
    return iterator
  }
  if (typeof source === 'function') {
    handlers.open = async () => {
      const batches: unknown = await source()
      if (!isIterable(batches)) return { other: batches }
      begin(batches)
    }
    handlers.next = () => iterator?.next()
  } else handlers.next = () => (iterator ?? begin(source as Batches)).next()
  handlers.return = async () => void (await iterator?.return?.())
  hooks.source = typeof source === 'function' ? 'function' : 'iterable'
  return undefined
}

function isIterable(value: unknown): value is Batches {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
}
