// Seeded choices, so that every call of a storm can be made again.

export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 to below 1: Mulberry32 (Ettinger) */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** From 0 to `count` − 1 */
  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  is(probability: number): boolean {
    return this.next() < probability
  }

  one<T>(items: readonly T[]): T {
    return items[this.below(items.length)]
  }

  number(): number {
    return this.next() * 4 - 2
  }

  numbers(count: number): number[] {
    return Array.from({ length: count }, () => this.number())
  }
}
