// Counter-based random numbers: Threefry-4x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as
// easy as 1, 2, 3", SC11). A number depends on nothing but its key (seed, purpose) and its counter, so one use never shifts
// another. The twin is src/random.ts.
import { SHUFFLE } from './ids'

/** Fills `block` (four u32) from the key (seed, purpose, 0, 0) and the counter (c0, c1, c2, c3). */
export function threefry(block: usize, k0: u32, k1: u32, k2: u32, k3: u32, c0: u32, c1: u32, c2: u32, c3: u32): void {
  let parity = 0x1bd11bda ^ k0 ^ k1 ^ k2 ^ k3
  c0 += k0
  c1 += k1
  c2 += k2
  c3 += k3
  for (let group: u32 = 1; group <= 5; group++) {
    const odd = group & 1
    c0 += c1
    c1 = rotl(c1, odd ? 10 : 6) ^ c0
    c2 += c3
    c3 = rotl(c3, odd ? 26 : 20) ^ c2
    c0 += c3
    c3 = rotl(c3, odd ? 11 : 17) ^ c0
    c2 += c1
    c1 = rotl(c1, odd ? 21 : 11) ^ c2
    c0 += c1
    c1 = rotl(c1, odd ? 13 : 25) ^ c0
    c2 += c3
    c3 = rotl(c3, odd ? 27 : 10) ^ c2
    c0 += c3
    c3 = rotl(c3, odd ? 23 : 18) ^ c0
    c2 += c1
    c1 = rotl(c1, odd ? 5 : 20) ^ c2
    // The key words move on by one place.
    const first = k0
    k0 = k1
    k1 = k2
    k2 = k3
    k3 = parity
    parity = first
    c0 += k0
    c1 += k1
    c2 += k2
    c3 += k3 + group
  }
  store<u32>(block, c0)
  store<u32>(block, c1, 4)
  store<u32>(block, c2, 8)
  store<u32>(block, c3, 12)
}

const BLOCK: usize = memory.data(16)

/**
 * The order of an epoch's rows (u32 each, at least 1): Fisher-Yates from the last place down, with one random number per place.
 * It depends on seed and epoch only, not on the order before. The chance of any row differs by at most rows / 2³².
 */
export function shuffle(order: usize, rows: u32, seed: u32, epoch: u64): void {
  for (let row: u32 = 0; row < rows; row++) store<u32>(order + (row << 2), row)
  for (let place = rows - 1; place > 0; place--) {
    const lane = place & 3
    if (lane == 3 || place == rows - 1) threefry(BLOCK, seed, SHUFFLE, 0, 0, place >> 2, 0, <u32>epoch, <u32>(epoch >> 32))
    const random = load<u32>(BLOCK + (lane << 2))
    const other = <u32>(<f64>random * <f64>(place + 1) * (1.0 / 4294967296.0))
    const at = order + (place << 2), with_ = order + (other << 2)
    const row = load<u32>(at)
    store<u32>(at, load<u32>(with_))
    store<u32>(with_, row)
  }
}
