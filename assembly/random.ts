// Counter-based random numbers: Threefry-4x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as
// easy as 1, 2, 3", SC11). A number depends on nothing but its key (seed, purpose) and its counter, so one use never shifts
// another. The twin is src/numerics/random.ts.
import { INITIALIZATION, SHUFFLE } from './ids'
import { BIASES, INPUTS, LAYER_SIZE, LAYERS, SEED, STRIDE, UNITS, WEIGHTS } from './program'

const BLOCKS: usize = memory.data(64)

// @ts-ignore: decorator
@inline
function rotateLeft(words: v128, bits: i32): v128 {
  return v128.or(v128.shl<i32>(words, bits), v128.shr<u32>(words, 32 - bits))
}

/**
 * Fills `blocks` from the key (k0, k1, k2, k3) and the four counters from (c0, c1, c2, c3) to (c0 + 3, c1, c2, c3), a lane
 * each: word w of block b at 16 · w + 4 · b.
 */
export function threefry(blocks: usize, k0: u32, k1: u32, k2: u32, k3: u32, c0: u32, c1: u32, c2: u32, c3: u32): void {
  let parity = 0x1bd11bda ^ k0 ^ k1 ^ k2 ^ k3
  let x0 = v128.add<i32>(v128.splat<u32>(c0 + k0), i32x4(0, 1, 2, 3))
  let x1 = v128.splat<u32>(c1 + k1), x2 = v128.splat<u32>(c2 + k2), x3 = v128.splat<u32>(c3 + k3)
  // Twice four rounds a turn, so that the rotations are constants: V8 moves any others into a register for each shift.
  for (let group: u32 = 1; ; group += 2) {
    x0 = v128.add<i32>(x0, x1)
    x1 = v128.xor(rotateLeft(x1, 10), x0)
    x2 = v128.add<i32>(x2, x3)
    x3 = v128.xor(rotateLeft(x3, 26), x2)
    x0 = v128.add<i32>(x0, x3)
    x3 = v128.xor(rotateLeft(x3, 11), x0)
    x2 = v128.add<i32>(x2, x1)
    x1 = v128.xor(rotateLeft(x1, 21), x2)
    x0 = v128.add<i32>(x0, x1)
    x1 = v128.xor(rotateLeft(x1, 13), x0)
    x2 = v128.add<i32>(x2, x3)
    x3 = v128.xor(rotateLeft(x3, 27), x2)
    x0 = v128.add<i32>(x0, x3)
    x3 = v128.xor(rotateLeft(x3, 23), x0)
    x2 = v128.add<i32>(x2, x1)
    x1 = v128.xor(rotateLeft(x1, 5), x2)
    x0 = v128.add<i32>(x0, v128.splat<u32>(k1))
    x1 = v128.add<i32>(x1, v128.splat<u32>(k2))
    x2 = v128.add<i32>(x2, v128.splat<u32>(k3))
    x3 = v128.add<i32>(x3, v128.splat<u32>(parity + group))
    if (group == 5) break
    x0 = v128.add<i32>(x0, x1)
    x1 = v128.xor(rotateLeft(x1, 6), x0)
    x2 = v128.add<i32>(x2, x3)
    x3 = v128.xor(rotateLeft(x3, 20), x2)
    x0 = v128.add<i32>(x0, x3)
    x3 = v128.xor(rotateLeft(x3, 17), x0)
    x2 = v128.add<i32>(x2, x1)
    x1 = v128.xor(rotateLeft(x1, 11), x2)
    x0 = v128.add<i32>(x0, x1)
    x1 = v128.xor(rotateLeft(x1, 25), x0)
    x2 = v128.add<i32>(x2, x3)
    x3 = v128.xor(rotateLeft(x3, 10), x2)
    x0 = v128.add<i32>(x0, x3)
    x3 = v128.xor(rotateLeft(x3, 18), x0)
    x2 = v128.add<i32>(x2, x1)
    x1 = v128.xor(rotateLeft(x1, 20), x2)
    x0 = v128.add<i32>(x0, v128.splat<u32>(k2))
    x1 = v128.add<i32>(x1, v128.splat<u32>(k3))
    x2 = v128.add<i32>(x2, v128.splat<u32>(parity))
    x3 = v128.add<i32>(x3, v128.splat<u32>(k0 + group + 1))
    // The key words move on by two places.
    const first = k0, second = k1
    k0 = k2
    k1 = k3
    k2 = parity
    k3 = first
    parity = second
  }
  v128.store(blocks, x0)
  v128.store(blocks, x1, 16)
  v128.store(blocks, x2, 32)
  v128.store(blocks, x3, 48)
}

/** random · count / 2³², rounded down. The product is that of float64, which is exact as far as integers, which are faster, take it. */
// @ts-ignore: decorator
@inline
function share(random: u32, count: u32): u32 {
  if (count <= 0x200000) return <u32>((<u64>random * count) >> 32)
  return <u32>(<f64>random * <f64>count * (1.0 / 4294967296.0))
}

/**
 * The order of an epoch's rows (u32 each, at least 1): Fisher-Yates from the last place down, with one random number per place.
 * It depends on seed and epoch only, not on the order before. The chance of any row differs by at most rows / 2³².
 */
export function shuffle(order: usize, rows: u32, seed: u32, epoch: u64): void {
  for (let row: u32 = 0; row < rows; row++) store<u32>(order + (row << 2), row)
  for (let place = rows - 1; place > 0; place--) {
    if ((place & 15) == 15 || place == rows - 1) {
      threefry(BLOCKS, seed, SHUFFLE, 0, 0, (place >> 4) << 2, 0, <u32>epoch, <u32>(epoch >> 32))
    }
    // Word place & 3 of block place >> 2
    const random = load<u32>(BLOCKS + ((place & 3) << 4) + (((place >> 2) & 3) << 2))
    const other = share(random, place + 1)
    const at = order + (place << 2), with_ = order + (other << 2)
    const row = load<u32>(at)
    store<u32>(at, load<u32>(with_))
    store<u32>(with_, row)
  }
}

/**
 * Fills the weights of layer `number` (part 0; inputs × units, without their gaps) or its biases (part 1) with uniform numbers
 * from `low` on over `width`. A number depends on seed, layer, part and index only.
 */
export function drawUniform<T>(program: usize, number: u32, part: u32, low: f64, width: f64): void {
  const layer: usize = load<u32>(program, LAYERS) + number * LAYER_SIZE
  const seed = load<u32>(program, SEED), units: usize = load<u32>(layer, UNITS), stride: usize = load<u32>(layer, STRIDE)
  const rows: usize = part ? 1 : load<u32>(layer, INPUTS)
  let row: usize = part ? load<u32>(layer, BIASES) : load<u32>(layer, WEIGHTS)
  const endOfRows = row + rows * stride
  let index: u32 = 0
  for (; row < endOfRows; row += stride) {
    for (let value = row, end = row + units * sizeof<T>(); value < end; value += sizeof<T>()) {
      const place = index & 7
      if (place == 0) threefry(BLOCKS, seed, INITIALIZATION, 0, 0, index >> 1, number, part, 0)
      // Words 0 and 1, or 2 and 3, of block place >> 1
      const words = BLOCKS + ((place >> 1) << 2) + ((place & 1) << 5)
      // 27 bits of one and 26 of the other, as a multiple of 2⁻⁵³
      const high = <f64>(load<u32>(words) >> 5), rest = <f64>(load<u32>(words, 16) >> 6)
      store<T>(value, <T>(low + width * ((high * 67108864.0 + rest) * (1.0 / 9007199254740992.0))))
      index++
    }
  }
}
