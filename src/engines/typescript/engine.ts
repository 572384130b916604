// The engine in plain TypeScript: fallback, textbook and judge. The same programs on the same layout as in WebAssembly,
// in an ArrayBuffer.
import { FLOAT32 } from '../../../assembly/ids.ts'
import { DTYPE, INPUT_BLOCK } from '../../../assembly/program.ts'
import type { Engine } from '../../engine.ts'
import { gone, noRoom } from '../../errors.ts'
import { wholePages } from '../../memory/layout.ts'
import { Program } from '../../program.ts'
import * as float32 from './float32/index.ts'
import * as float64 from './float64/index.ts'
import { drawUniform } from './initialization.ts'
import type { Memory } from './memory.ts'

export class TypeScriptEngine implements Engine {
  readonly name = 'typescript'
  readonly relaxed = false
  readonly threads = 1
  readonly workingThreads = 1
  readonly missingThreads = undefined
  buffer = new ArrayBuffer(0)
  program!: Program
  #views!: Views

  reserve(bytes: number): void {
    if (bytes <= this.buffer.byteLength) return
    const grown = allocate(wholePages(bytes))
    new Uint8Array(grown).set(new Uint8Array(this.buffer))
    this.buffer = grown
    this.program = new Program(grown)
    this.#views = viewsOf(grown)
  }

  drawUniform(program: number, layer: number, part: number, low: number, width: number): void {
    const { single, double } = this.#views
    drawUniform(this.#isSingle(program) ? single : double, program, layer, part, low, width)
  }

  train(program: number, steps: number): number {
    return this.#isSingle(program)
      ? float32.train(this.#views.single, program, steps)
      : float64.train(this.#views.double, program, steps)
  }

  predict(program: number, stride: number, rows: number): void {
    const inputs = this.#views.single.words[(program + INPUT_BLOCK) >>> 2]
    if (this.#isSingle(program)) float32.forward(this.#views.single, program, inputs, stride, 0, rows, false)
    else float64.forward(this.#views.double, program, inputs, stride, 0, rows, false)
  }

  evaluate(
    program: number,
    inputs: number,
    targets: number,
    weights: number,
    firstRow: number,
    rows: number,
    batchRows: number,
    flags: number,
  ): void {
    const isSingle = this.#isSingle(program)
    const place = [program, inputs, targets, weights, firstRow, rows, batchRows, flags] as const
    if (firstRow === 0) {
      if (isSingle) float32.clearLoss(this.#views.single, program)
      else float64.clearLoss(this.#views.double, program)
    }
    if (isSingle) float32.block(this.#views.single, ...place)
    else float64.block(this.#views.double, ...place)
  }

  loss(program: number, batchRows: number): number {
    return this.#isSingle(program)
      ? float32.batchLoss(this.#views.single, program, batchRows)
      : float64.batchLoss(this.#views.double, program, batchRows)
  }

  adjust(program: number, clips: boolean): void {
    if (this.#isSingle(program)) float32.adjustGradients(this.#views.single, program, clips)
    else float64.adjustGradients(this.#views.double, program, clips)
  }

  step(program: number, rate: number): void {
    if (this.#isSingle(program)) float32.step(this.#views.single, program, rate)
    else float64.step(this.#views.double, program, rate)
  }

  allFinite(program: number, address: number, bytes: number): boolean {
    const { values } = this.#isSingle(program) ? this.#views.single : this.#views.double
    const size = values.BYTES_PER_ELEMENT
    // NaN for what is not finite, and stays so. `every` takes seven times as long.
    let zeros = 0
    for (let index = address / size, end = index + bytes / size; index < end; index++) {
      zeros += values[index] - values[index]
    }
    return zeros === 0
  }

  dispose(): void {
    this.buffer = gone
    this.program = gone
    this.#views = gone
  }

  #isSingle(program: number): boolean {
    return this.#views.single.words[(program + DTYPE) >>> 2] === FLOAT32
  }
}

interface Views {
  readonly single: Memory<Float32Array>
  readonly double: Memory<Float64Array>
}

function viewsOf(buffer: ArrayBuffer): Views {
  const words = new Uint32Array(buffer)
  const doubles = new Float64Array(buffer)
  return {
    single: { words, doubles, values: new Float32Array(buffer) },
    double: { words, doubles, values: doubles },
  }
}

function allocate(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    throw noRoom(bytes, cause)
  }
}
