// The weights over the epochs of one call of `train`: for a page that scrubs through them.

import { describe, publishMethods, unexpected } from '../errors.ts'
import type { Layout } from '../memory/layout.ts'
import { type LayerWeights, unpackLayers } from '../memory/parameters.ts'
import type { Values } from '../numerics/values.ts'
import { refuse } from '../options/check.ts'

/** Readable as `result.timeline` where `history` asked for it */
export class Timeline {
  /** The weights after every so many epochs are kept, and those at the end. */
  readonly every: number
  readonly #layout: Layout
  /** Epochs done, ascending from 0, and the weights after them without gaps */
  readonly #epochs: number[] = []
  readonly #frames: Values[] = []
  /** Epochs that were trained, the last of which may not be kept */
  #done = 0

  /** @internal */
  constructor(rule: { every: number } | { bytes: number }, epochs: number, count: number, layout: Layout) {
    this.#layout = layout
    if ('every' in rule) {
      this.every = rule.every
      return
    }
    const frameBytes = count * layout.bytesPerValue
    // The start, the end, and what fits between
    const frames = Math.floor(rule.bytes / frameBytes) - 1
    if (frames < 1) refuse('history.weights.bytes', `at least ${2 * frameBytes}, the weights of two epochs`, rule.bytes)
    this.every = Math.ceil(epochs / frames)
  }

  /** Epochs done at each of the kept moments, ascending: 0 is the start of the call. */
  get epochs(): readonly number[] {
    return this.#epochs
  }

  get bytes(): number {
    return this.#frames.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  static {
    publishMethods(Timeline.prototype, 'timeline.', (value) => value instanceof Timeline)
  }

  /**
   * The weights after so many epochs of this call, 0 for those at its start: a copy, as `getWeights` gives it. Where they
   * were not kept, those of the last kept epoch before. Throws INVALID_DATA beyond the epochs that were trained.
   */
  at(epoch: number): LayerWeights[] {
    if (!Number.isInteger(epoch) || epoch < 0 || epoch > this.#done) {
      const expected = `epochs done, an integer from 0 to ${this.#done}`
      throw unexpected('INVALID_DATA', 'timeline.at', expected, describe(epoch), { path: 'epoch' })
    }
    let low = 0
    for (let high = this.#epochs.length; high - low > 1; ) {
      const middle = (low + high) >>> 1
      if (this.#epochs[middle] <= epoch) low = middle
      else high = middle
    }
    return unpackLayers(this.#frames[low], this.#layout)
  }

  /** @internal Takes note of an epoch, whose weights are kept where they are due. */
  record(epoch: number, weights: () => Values): void {
    if (epoch % this.every === 0) this.recordLast(epoch, weights)
    else this.count(epoch)
  }

  /** @internal */
  count(epoch: number): void {
    this.#done = epoch
  }

  /** @internal */
  recordLast(epoch: number, weights: () => Values): void {
    this.count(epoch)
    if (this.#epochs[this.#epochs.length - 1] === epoch) return
    this.#epochs.push(epoch)
    this.#frames.push(weights())
  }

  /** @internal All kept weights, one after another */
  join(): Values {
    const [first] = this.#frames
    const joined = new (first.constructor as new (length: number) => Values)(this.#frames.length * first.length)
    this.#frames.forEach((frame, index) => {
      joined.set(frame, index * first.length)
    })
    return joined
  }

  /** @internal Takes what `join` gave. */
  split(epochs: readonly number[], joined: Values): void {
    const length = joined.length / epochs.length
    epochs.forEach((epoch, index) => {
      this.recordLast(epoch, () => joined.slice(index * length, (index + 1) * length))
    })
  }
}
