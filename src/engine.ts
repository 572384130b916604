// The contract that both engines fulfil: `train`, `predict` and the rest on a program that src/memory/layout.ts wrote into the
// engine's memory. The exports of assembly/index.ts are this contract; engines/typescript fulfils it on an ArrayBuffer.
// The same calls on the same memory leave the same bits in both.
import type { Program } from './program.ts'

export type EngineName = 'wasm' | 'typescript'

/** What a network runs on. `program` is always the address of its program. */
export interface Engine {
  readonly name: EngineName
  readonly relaxed: boolean
  /** For how many there is room in memory: the caller's, and helpers in the build with threads */
  readonly threads: number
  /** How many compute: helpers may have died. */
  readonly workingThreads: number
  /** Why they are fewer than that */
  readonly missingThreads: string | undefined
  /** The memory, shared where there are several threads. Another one after `reserve`: make views after it, keep none across it. */
  readonly buffer: ArrayBufferLike
  /** The fields of the program that lies in it, from the first `reserve` on. Another one where the memory is. */
  readonly program: Program
  /** Makes the memory at least `bytes` long, new bytes 0. Throws OUT_OF_MEMORY where the host refuses. */
  reserve(bytes: number): void

  /**
   * Fills the weights (part 0) or biases (part 1) of a layer with uniform numbers from `low` on over `width`: those of
   * `initialize` in tables/initializers.ts.
   */
  drawUniform(program: number, layer: number, part: number, low: number, width: number): void
  /** Trains on at most `steps` batches of the program's data set; returns one of the reasons in assembly/ids.ts. */
  train(program: number, steps: number): number
  /**
   * Outputs of the first `rows` rows of INPUT_BLOCK, which lie every `stride` bytes (a multiple of the values' size), left
   * in the last layer's OUTPUTS.
   */
  predict(program: number, stride: number, rows: number): void
  /**
   * Adds `rows` rows at the addresses `inputs` and `targets`, which start at row `firstRow` of a batch of `batchRows`, to
   * the loss of the batch and, by the flags in assembly/ids.ts, to its gradients. Row 0 starts the batch. `weights` is the
   * address of a float64 per row, or by the flags per row and output, or 0.
   */
  evaluate(
    program: number,
    inputs: number,
    targets: number,
    weights: number,
    firstRow: number,
    rows: number,
    batchRows: number,
    flags: number,
  ): void
  /** The loss of the batch whose blocks were evaluated. */
  loss(program: number, batchRows: number): number
  /** From the gradients of the loss, as `evaluate` leaves them, to those of the objective; with `clips` clipped. */
  adjust(program: number, clips: boolean): void
  /** One step of the optimizer with the gradients of the loss as they lie. */
  step(program: number, rate: number): void
  /** Whether none of the program's numbers in `bytes` (a multiple of 16) from `values` on is an infinity or NaN. */
  allFinite(program: number, values: number, bytes: number): boolean

  /** Gives the memory back, also where the engine is still held. What is called afterwards throws DISPOSED. */
  dispose(): void
}
