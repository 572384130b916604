// The WebAssembly engine: gives every network an instance with a memory of its own. Instances come from a small pool that disposed networks refill, since hosts limit how many may live.
import { instantiateSync } from '@assemblyscript/loader'
import { PROGRAM } from '../../assembly/program.ts'
import type { Engine } from '../engine.ts'
import { gone, hostRefuses, noRoom, unexpected, type WasmpropError } from '../errors.ts'
import { wholePages } from '../memory/layout.ts'
import { Program } from '../program.ts'

/** The exports of assembly/index.ts, as they come out of WebAssembly */
interface Exports extends Pick<Engine, 'drawUniform' | 'train' | 'predict' | 'evaluate' | 'loss' | 'step'> {
  readonly memory: WebAssembly.Memory
  freeAddress(): number
  adjust(program: number, clips: number): void
  allFinite(program: number, values: number, bytes: number): number
}

/** Memories up to this size are worth keeping. */
const POOLED_BYTES = 2 ** 20
const POOL_SIZE = 16
const pools = new WeakMap<WebAssembly.Module, Exports[]>()

export class WasmEngine implements Engine {
  readonly name = 'wasm'
  readonly relaxed: boolean
  readonly threads: number = 1
  readonly #module: WebAssembly.Module
  #exports: Exports
  buffer!: ArrayBufferLike
  program!: Program
  /** Up to where the memory was asked for: nothing is written behind it. */
  #reserved = 0

  /** Takes an instance from the pool, or makes one. Throws ENGINE_FAILED where the host refuses another. */
  constructor(module: WebAssembly.Module, relaxed: boolean, imports?: WebAssembly.Imports) {
    this.#module = module
    this.relaxed = relaxed
    this.#exports = pools.get(module)?.pop() ?? instantiate(module, imports)
    this.show(this.memory.buffer)
  }

  get workingThreads(): number {
    return this.threads
  }

  get missingThreads(): string | undefined {
    return undefined
  }

  protected get memory(): WebAssembly.Memory {
    return this.#exports.memory
  }

  reserve(bytes: number): void {
    this.#reserved = Math.max(this.#reserved, bytes)
    if (bytes <= this.buffer.byteLength) return
    try {
      this.memory.grow((wholePages(bytes) - this.buffer.byteLength) / 65536)
    } catch (cause) {
      throw noRoom(bytes, cause)
    }
    this.show(this.memory.buffer)
  }

  /** From now on this is the memory. */
  protected show(buffer: ArrayBufferLike): void {
    this.buffer = buffer
    this.program = new Program(buffer)
  }

  drawUniform(program: number, layer: number, part: number, low: number, width: number): void {
    this.#exports.drawUniform(program, layer, part, low, width)
  }

  train(program: number, steps: number): number {
    return this.#exports.train(program, steps)
  }

  predict(program: number, stride: number, rows: number): void {
    this.#exports.predict(program, stride, rows)
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
    this.#exports.evaluate(program, inputs, targets, weights, firstRow, rows, batchRows, flags)
  }

  loss(program: number, batchRows: number): number {
    return this.#exports.loss(program, batchRows)
  }

  adjust(program: number, clips: boolean): void {
    this.#exports.adjust(program, clips ? 1 : 0)
  }

  step(program: number, rate: number): void {
    this.#exports.step(program, rate)
  }

  allFinite(program: number, values: number, bytes: number): boolean {
    return this.#exports.allFinite(program, values, bytes) !== 0
  }

  /** From now on every computation throws; the memory can be read. */
  protected refuseAll(failure: WasmpropError): void {
    const refuse = () => {
      throw failure
    }
    const { memory } = this.#exports
    this.#exports = {
      ...Object.fromEntries(Object.keys(this.#exports).map((name) => [name, refuse])),
      memory,
    } as Exports
  }

  /** Lets go of the instance: from now on everything throws DISPOSED. */
  protected release(): Exports {
    const exports = this.#exports
    this.#exports = gone
    this.buffer = gone
    this.program = gone
    return exports
  }

  dispose(): void {
    const exports = this.release()
    const { buffer } = exports.memory
    const pool = pools.get(this.#module) ?? []
    if (buffer.byteLength > POOLED_BYTES || pool.length >= POOL_SIZE) return
    new Uint8Array(buffer).fill(0, PROGRAM, this.#reserved)
    pool.push(exports)
    pools.set(this.#module, pool)
  }
}

/** The raw exports of an instance: the loader's wrappers cost three times the call. It knows modules of this realm only. */
function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports = {}): Exports {
  let exports: Exports
  try {
    const isOfThisRealm = module instanceof WebAssembly.Module
    const instance = isOfThisRealm
      ? instantiateSync(module, imports).instance
      : new WebAssembly.Instance(module, imports)
    exports = instance.exports as unknown as Exports
  } catch (cause) {
    // Imports that are not there
    if (cause instanceof TypeError || cause instanceof WebAssembly.LinkError) throw otherModule(cause)
    throw hostRefuses('another WebAssembly instance', cause)
  }
  if (exports.freeAddress?.() > PROGRAM || exports.evaluate === undefined) throw otherModule()
  return exports
}

/** The error for a module that was given and is none of this version's */
export function otherModule(cause?: unknown): WasmpropError {
  const expected = 'the WebAssembly module of this version of wasmprop (its wasmprop.wasm)'
  return unexpected('ENGINE_FAILED', 'wasm', expected, 'another one', { path: 'wasm', cause })
}
