// Counter-based random numbers, the twin of assembly/random.ts: Threefry-4x32 with 20 rounds. A number depends on nothing
// but its key (seed, purpose) and its counter, so one use never shifts another.
import { SHUFFLE } from '../../assembly/ids.ts'

/** Fills `block` (four words) from the key (k0, k1, k2, k3) and the counter (c0, c1, c2, c3). */
export function threefry(
  block: Uint32Array,
  k0: number,
  k1: number,
  k2: number,
  k3: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
): void {
  let parity = 0x1bd11bda ^ k0 ^ k1 ^ k2 ^ k3
  c0 = (c0 + k0) | 0
  c1 = (c1 + k1) | 0
  c2 = (c2 + k2) | 0
  c3 = (c3 + k3) | 0
  for (let group = 1; group <= 5; group++) {
    const odd = (group & 1) === 1
    c0 = (c0 + c1) | 0
    c1 = rotateLeft(c1, odd ? 10 : 6) ^ c0
    c2 = (c2 + c3) | 0
    c3 = rotateLeft(c3, odd ? 26 : 20) ^ c2
    c0 = (c0 + c3) | 0
    c3 = rotateLeft(c3, odd ? 11 : 17) ^ c0
    c2 = (c2 + c1) | 0
    c1 = rotateLeft(c1, odd ? 21 : 11) ^ c2
    c0 = (c0 + c1) | 0
    c1 = rotateLeft(c1, odd ? 13 : 25) ^ c0
    c2 = (c2 + c3) | 0
    c3 = rotateLeft(c3, odd ? 27 : 10) ^ c2
    c0 = (c0 + c3) | 0
    c3 = rotateLeft(c3, odd ? 23 : 18) ^ c0
    c2 = (c2 + c1) | 0
    c1 = rotateLeft(c1, odd ? 5 : 20) ^ c2
    // The key words move on by one place.
    const first = k0
    k0 = k1
    k1 = k2
    k2 = k3
    k3 = parity
    parity = first
    c0 = (c0 + k0) | 0
    c1 = (c1 + k1) | 0
    c2 = (c2 + k2) | 0
    c3 = (c3 + k3 + group) | 0
  }
  block[0] = c0
  block[1] = c1
  block[2] = c2
  block[3] = c3
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/**
 * Fills `values` with uniform numbers in [0, 1), multiples of 2⁻⁵³. Each depends on its index and on the other arguments,
 * all unsigned 32-bit, and on nothing else: a longer array starts with the same numbers.
 */
export function fillUniform(values: Float64Array, seed: number, purpose: number, layer: number, part: number): void {
  const block = new Uint32Array(4)
  for (let index = 0; index < values.length; index += 2) {
    threefry(block, seed, purpose, 0, 0, index >>> 1, layer, part, 0)
    values[index] = fraction(block[0], block[1])
    if (index + 1 < values.length) values[index + 1] = fraction(block[2], block[3])
  }
}

/** 27 bits of one word and 26 of the other, as a multiple of 2⁻⁵³ */
function fraction(high: number, low: number): number {
  return ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992
}

/**
 * The order of an epoch's rows, into the first `rows` places of `order`: Fisher-Yates from the last place down, with one
 * random number per place. It depends on seed and epoch (an integer below 2⁵³) only, not on the order before.
 */
export function shuffle(order: Uint32Array, rows: number, seed: number, epoch: number, purpose = SHUFFLE): void {
  for (let row = 0; row < rows; row++) order[row] = row
  const block = new Uint32Array(4)
  const epochHigh = Math.floor(epoch / 4294967296)
  for (let place = rows - 1; place > 0; place--) {
    const lane = place & 3
    if (lane === 3 || place === rows - 1) threefry(block, seed, purpose, 0, 0, place >>> 2, 0, epoch, epochHigh)
    const other = Math.floor(block[lane] * (place + 1) * (1 / 4294967296))
    const row = order[place]
    order[place] = order[other]
    order[other] = row
  }
}
