// The three views of one memory that the TypeScript engine works on. Addresses are bytes, as in assembly/program.ts.

export interface Memory<Values extends Float32Array | Float64Array> {
  /** At address >>> 2: fields of the program, orders of rows */
  readonly words: Uint32Array
  /** At address >>> 3: numbers of the program, losses, weights of rows */
  readonly doubles: Float64Array
  /** At address >>> SHIFT: matrices of the network's type */
  readonly values: Values
}
