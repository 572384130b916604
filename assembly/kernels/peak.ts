// What the kernels are measured against: multiply and add on 128-bit vectors with nothing in the way.

/** 8 independent accumulators, `turns` times a multiply and an add on each; operands from 1 KB at `at`, sum left there. */
export function peak<T>(turns: u32, at: usize): void {
  let c0 = v128.splat<T>(<T>0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0
  for (let turn: u32 = 0; turn < turns; turn++) {
    // The address moves, so that no product can be taken out of the loop.
    const p = at + ((turn & 31) << 4)
    const a0 = v128.load(p), a1 = v128.load(p, 512), b0 = v128.load(p, 16), b1 = v128.load(p, 32), b2 = v128.load(p, 48), b3 = v128.load(p, 64)
    c0 = v128.add<T>(c0, v128.mul<T>(a0, b0))
    c1 = v128.add<T>(c1, v128.mul<T>(a0, b1))
    c2 = v128.add<T>(c2, v128.mul<T>(a0, b2))
    c3 = v128.add<T>(c3, v128.mul<T>(a0, b3))
    c4 = v128.add<T>(c4, v128.mul<T>(a1, b0))
    c5 = v128.add<T>(c5, v128.mul<T>(a1, b1))
    c6 = v128.add<T>(c6, v128.mul<T>(a1, b2))
    c7 = v128.add<T>(c7, v128.mul<T>(a1, b3))
  }
  v128.store(at, v128.add<T>(v128.add<T>(v128.add<T>(c0, c1), v128.add<T>(c2, c3)), v128.add<T>(v128.add<T>(c4, c5), v128.add<T>(c6, c7))))
}
