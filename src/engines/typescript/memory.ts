// The three views of one memory that the TypeScript engine works on.

export interface Memory<Values extends Float32Array | Float64Array> {
  readonly words: Uint32Array
  readonly doubles: Float64Array
  readonly values: Values
}
