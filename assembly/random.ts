// Counter-based random numbers: Threefry-4x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as
// easy as 1, 2, 3", SC11). A number depends on nothing but its key (seed, purpose) and its counter, so one use never shifts
// another. The twin is src/random.ts.
import { SHUFFLE } from './ids'

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
  for (let group: u32 = 1; group <= 5; group++) {
    const odd = group & 1
    x0 = v128.add<i32>(x0, x1)
    x1 = v128.xor(rotateLeft(x1, odd ? 10 : 6), x0)
    x2 = v128.add<i32>(x2, x3)
    x3 = v128.xor(rotateLeft(x3, odd ? 26 : 20), x2)
    x0 = v128.add<i32>(x0, x3)
    x3 = v128.xor(rotateLeft(x3, odd ? 11 : 17), x0)
    x2 = v128.add<i32>(x2, x1)
    x1 = v128.xor(rotateLeft(x1, odd ? 21 : 11), x2)
    x0 = v128.add<i32>(x0, x1)
    x1 = v128.xor(rotateLeft(x1, odd ? 13 : 25), x0)
    x2 = v128.add<i32>(x2, x3)
    x3 = v128.xor(rotateLeft(x3, odd ? 27 : 10), x2)
    x0 = v128.add<i32>(x0, x3)
    x3 = v128.xor(rotateLeft(x3, odd ? 23 : 18), x0)
    x2 = v128.add<i32>(x2, x1)
    x1 = v128.xor(rotateLeft(x1, odd ? 5 : 20), x2)
    // The key words move on by one place.
    const first = k0
    k0 = k1
    k1 = k2
    k2 = k3
    k3 = parity
    parity = first
    x0 = v128.add<i32>(x0, v128.splat<u32>(k0))
    x1 = v128.add<i32>(x1, v128.splat<u32>(k1))
    x2 = v128.add<i32>(x2, v128.splat<u32>(k2))
    x3 = v128.add<i32>(x3, v128.splat<u32>(k3 + group))
  }
  v128.store(blocks, x0)
  v128.store(blocks, x1, 16)
  v128.store(blocks, x2, 32)
  v128.store(blocks, x3, 48)
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
    const other = <u32>(<f64>random * <f64>(place + 1) * (1.0 / 4294967296.0))
    const at = order + (place << 2), with_ = order + (other << 2)
    const row = load<u32>(at)
    store<u32>(at, load<u32>(with_))
    store<u32>(with_, row)
  }
}
