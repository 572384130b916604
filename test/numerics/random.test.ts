// The counter-based generator, in TypeScript and in wasm: published vectors, uniform numbers, shuffles.
import { describe, expect, it } from 'vitest'
import { fillUniform, shuffle, threefry } from '../../src/numerics/random.ts'
import { firstDifference, testingModule } from '../assembly/testing-module.ts'

const module = testingModule()

type Words = [number, number, number, number]

function threefryInTypeScript(key: Words, counter: Words): number[] {
  const block = new Uint32Array(4)
  threefry(block, ...key, ...counter)
  return [...block]
}

/** The blocks of four successive counters, which wasm makes in one go */
function threefryBlocksInWasm(key: Words, counter: Words): number[][] {
  module.reset()
  const blocks = module.allocate(64)
  module.kernels.threefry(blocks, ...key, ...counter)
  const words = new Uint32Array(module.kernels.memory.buffer, blocks, 16)
  return [0, 1, 2, 3].map((block) => [0, 1, 2, 3].map((word) => words[4 * word + block]))
}

function threefryInWasm(key: Words, counter: Words): number[] {
  return threefryBlocksInWasm(key, counter)[0]
}

function shuffleInTypeScript(rows: number, seed: number, epoch: number): Uint32Array {
  const order = new Uint32Array(rows)
  shuffle(order, rows, seed, epoch)
  return order
}

function shuffleInWasm(rows: number, seed: number, epoch: number): Uint32Array {
  module.reset()
  const order = module.allocate(rows * 4)
  module.kernels.shuffle(order, rows, seed, BigInt(epoch))
  return new Uint32Array(module.kernels.memory.buffer, order, rows).slice()
}

describe.each([
  ['TypeScript', threefryInTypeScript],
  ['wasm', threefryInWasm],
])('threefry in %s', (_, threefryOf) => {
  // Random123, tests/kat_vectors, lines "threefry4x32 20": counter, key, result
  it('gives the published vectors of Threefry-4x32-20', () => {
    const ones: Words = [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]
    expect(threefryOf([0, 0, 0, 0], [0, 0, 0, 0])).toEqual([0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8])
    expect(threefryOf(ones, ones)).toEqual([0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732])
    const pi: Words = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]
    const morePi: Words = [0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89]
    expect(threefryOf(morePi, pi)).toEqual([0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84])
  })
})

describe('threefry in wasm', () => {
  it('gives the blocks of four successive counters, across 2³² too', () => {
    const key: Words = [1, 2, 3, 4]
    for (const first of [0, 8, 0xfffffffe]) {
      const expected = [0, 1, 2, 3].map((i) => threefryInTypeScript(key, [(first + i) >>> 0, 5, 6, 7]))
      expect(threefryBlocksInWasm(key, [first, 5, 6, 7])).toEqual(expected)
    }
  })
})

describe('fillUniform', () => {
  const draw = (count: number, seed = 1, purpose = 0, layer = 0, part = 0) => {
    const values = new Float64Array(count)
    fillUniform(values, seed, purpose, layer, part)
    return values
  }

  it('gives multiples of 2⁻⁵³ in [0, 1)', () => {
    const isMultiple = (value: number) => value >= 0 && value < 1 && Number.isInteger(value * 2 ** 53)
    expect(draw(10_000).filter((value) => !isMultiple(value))).toHaveLength(0)
  })

  it('gives a number that does not depend on how many are drawn', () => {
    const all = draw(101)
    for (const count of [0, 1, 2, 3, 50, 99, 100]) expect(draw(count)).toEqual(all.slice(0, count))
  })

  it('gives other numbers for another seed, purpose, layer or part', () => {
    const firsts = [draw(1), draw(1, 2), draw(1, 1, 2), draw(1, 1, 0, 1), draw(1, 1, 0, 0, 1), draw(1, 0xffffffff)]
    expect(new Set(firsts.map(([first]) => first)).size).toBe(firsts.length)
  })

  it('makes them of 27 and 26 bits of two words of Threefry', () => {
    const [high, low] = threefryInTypeScript([5, 6, 0, 0], [3, 7, 8, 0])
    expect(draw(8, 5, 6, 7, 8)[6]).toBe(((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53)
  })

  it('is uniform: mean, variance and the counts of 100 bins within 5 standard deviations', () => {
    const count = 200_000
    const values = draw(count, 42)
    const bins = new Array(100).fill(0)
    let sum = 0
    let squares = 0
    for (const value of values) {
      bins[Math.floor(value * 100)]++
      sum += value - 0.5
      squares += (value - 0.5) ** 2
    }
    expect(Math.abs(sum / count)).toBeLessThan(5 * Math.sqrt(1 / 12 / count))
    expect(Math.abs(squares / count - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / count))
    for (const bin of bins) expect(Math.abs(bin - count / 100)).toBeLessThan(5 * Math.sqrt(count / 100))
  })
})

describe.each([
  ['TypeScript', shuffleInTypeScript],
  ['wasm', shuffleInWasm],
])('shuffle in %s', (_, shuffleOf) => {
  it('gives a permutation of the rows', () => {
    for (const rows of [1, 2, 3, 4, 5, 8, 63, 64, 65, 1000]) {
      const sorted = shuffleOf(rows, 7, 3).sort()
      expect(sorted).toEqual(new Uint32Array(rows).map((_, row) => row))
    }
  })

  it('gives these orders, in this version and in every later one', () => {
    expect([...shuffleOf(10, 1, 0)]).toEqual([1, 6, 3, 7, 2, 8, 5, 0, 9, 4])
    expect([...shuffleOf(10, 1, 1)]).toEqual([2, 0, 9, 5, 1, 4, 3, 6, 7, 8])
    expect([...shuffleOf(10, 0xffffffff, 2 ** 32)]).toEqual([5, 7, 3, 2, 9, 4, 6, 1, 0, 8])
  })

  it('gives every order of 4 rows about equally often (χ², 23 degrees of freedom, below 60)', () => {
    const epochs = 12_000
    const counts = new Map<string, number>()
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = shuffleOf(4, 9, epoch).join()
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    const expected = epochs / 24
    expect([...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(60)
  })
})

describe('shuffle', () => {
  it('does not depend on the order before, nor touch what lies behind the rows', () => {
    const order = Uint32Array.from([9, 9, 9, 9, 9, 9, 9, 77])
    shuffle(order, 7, 1, 1)
    expect(order.subarray(0, 7)).toEqual(shuffleInTypeScript(7, 1, 1))
    expect(order[7]).toBe(77)
  })

  it('puts every row in every place about equally often', () => {
    const rows = 20
    const epochs = 5000
    const counts = new Array(rows * rows).fill(0)
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const [place, row] of shuffleInTypeScript(rows, 5, epoch).entries()) counts[place * rows + row]++
    }
    const expected = epochs / rows
    for (const count of counts) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected))
  })

  it('is another one for another seed or epoch, epochs beyond 2³² included', () => {
    const epochs = [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1]
    const orders = [1, 2].flatMap((seed) => epochs.map((epoch) => shuffleInTypeScript(50, seed, epoch).join()))
    expect(new Set(orders).size).toBe(orders.length)
  })

  it('is the same in wasm and in TypeScript for all sizes, seeds and epochs', () => {
    const sizes = [...new Array(70).keys()].slice(1).concat(127, 128, 129, 1000, 4099)
    for (const rows of sizes) {
      for (const seed of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
        for (const epoch of [0, 1, 1000, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5, 2 ** 53 - 1]) {
          expect(shuffleInTypeScript(rows, seed, epoch)).toEqual(shuffleInWasm(rows, seed, epoch))
        }
      }
    }
  })

  it('is the same where a product of random number and place exceeds 53 bits (2²¹ rows and more)', () => {
    const rows = 2 ** 21 + 12_345
    expect(firstDifference(shuffleInTypeScript(rows, 3, 4), shuffleInWasm(rows, 3, 4))).toBe(-1)
  })
})
