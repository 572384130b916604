// Inverted dropout: what a layer hands on in training. Whether an output is dropped depends on seed, layer, step, row of the
// batch and unit alone, so that blocks, threads and a resumed run agree.
import { DROPOUT } from './ids'
import { splat, VECTOR } from './kernels/vector'
import { DROPOUT_THRESHOLD, DROPPED, KEPT, KEPT_FACTOR, LAYER_SIZE, LAYERS, OUTPUTS, SEED, STEP, STRIDE } from './program'
import { threefry } from './random'

const BLOCKS: usize = memory.data(64)

/**
 * dropped = outputs · kept for the `rows` of a block that starts at row `firstRow` of its batch. Units go in groups of 16,
 * four blocks of random words a group: unit u has word (u >> 2) & 3 of block (u >> 4) · 4 + (u & 3), so that its word lies
 * in its lane.
 */
export function dropOut<T>(program: usize, layer: usize, firstRow: u32, rows: u32): void {
  const stride: usize = load<u32>(layer, STRIDE)
  const seed = load<u32>(program, SEED), number = <u32>((layer - load<u32>(program, LAYERS)) / LAYER_SIZE)
  const step = <u64>load<f64>(program, STEP)
  const threshold = v128.splat<u32>(load<u32>(layer, DROPOUT_THRESHOLD)), factor = splat<T>(load<f64>(layer, KEPT_FACTOR))
  let kept: usize = load<u32>(layer, KEPT)
  for (let row: u32 = 0; row < rows; row++) {
    let words = BLOCKS + 64
    let group: u32 = 0
    for (const end = kept + stride; kept < end;) {
      if (words == BLOCKS + 64) {
        threefry(BLOCKS, seed, DROPOUT, number, <u32>(step >> 32), group, firstRow + row, <u32>step, 0)
        words = BLOCKS
        group += 4
      }
      const isKept = v128.ge<u32>(v128.load(words), threshold)
      words += VECTOR
      if (sizeof<T>() == 4) {
        v128.store(kept, v128.and(isKept, factor))
        kept += VECTOR
      } else {
        v128.store(kept, v128.and(v128.shuffle<i32>(isKept, isKept, 0, 0, 1, 1), factor))
        kept += VECTOR
        if (kept < end) {
          v128.store(kept, v128.and(v128.shuffle<i32>(isKept, isKept, 2, 2, 3, 3), factor))
          kept += VECTOR
        }
      }
    }
  }
  multiply<T>(load<u32>(layer, OUTPUTS), load<u32>(layer, KEPT), load<u32>(layer, DROPPED), <usize>rows * stride)
}

/** target = a · b, element by element; `bytes` of whole vectors, may work in place. */
export function multiply<T>(a: usize, b: usize, target: usize, bytes: usize): void {
  const end = a + bytes
  do {
    v128.store(target, v128.mul<T>(v128.load(a), v128.load(b)))
    b += VECTOR
    target += VECTOR
    a += VECTOR
  } while (a < end)
}
