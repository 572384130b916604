// The WebAssembly engine: compiles the module once, tests it once, and gives every network an instance with a memory of
// its own. Instances come from a small pool that disposed networks refill, since hosts limit how many may live.
import { instantiateSync } from '@assemblyscript/loader'
import { PROGRAM } from '../../assembly/program.ts'
import type { Engine } from '../engine.ts'
import { gone, hostRefuses, noRoom, unexpected, type WasmpropError } from '../errors.ts'
import wasmHexadecimal from '../generated/wasm.ts'
import { wholePages } from '../memory/layout.ts'

/** The exports of assembly/index.ts, as they come out of WebAssembly */
interface Exports extends Pick<Engine, 'train' | 'predict' | 'evaluate' | 'loss' | 'step'> {
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

  /** Takes an instance from the pool, or makes one. Throws ENGINE_FAILED where the host refuses another. */
  constructor(module: WebAssembly.Module, relaxed: boolean, imports?: WebAssembly.Imports) {
    this.#module = module
    this.relaxed = relaxed
    this.#exports = pools.get(module)?.pop() ?? instantiate(module, imports)
  }

  get workingThreads(): number {
    return this.threads
  }

  protected get memory(): WebAssembly.Memory {
    return this.#exports.memory
  }

  get buffer(): ArrayBufferLike {
    return this.memory.buffer
  }

  reserve(bytes: number): void {
    const missing = (wholePages(bytes) - this.buffer.byteLength) / 65536
    if (missing <= 0) return
    try {
      this.#exports.memory.grow(missing)
    } catch (cause) {
      throw noRoom(bytes, cause)
    }
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
    return exports
  }

  dispose(): void {
    const exports = this.release()
    const { buffer } = exports.memory
    const pool = pools.get(this.#module) ?? []
    if (buffer.byteLength > POOLED_BYTES || pool.length >= POOL_SIZE) return
    new Uint8Array(buffer, PROGRAM).fill(0)
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
  if (exports.freeAddress?.() > PROGRAM || exports.train === undefined) throw otherModule()
  return exports
}

/** The error for a module that was given and is none of this version's */
export function otherModule(cause?: unknown): WasmpropError {
  const expected = 'the WebAssembly module of this version of wasmprop (its wasmprop.wasm)'
  return unexpected('ENGINE_FAILED', 'wasm', expected, 'another one', { path: 'wasm', cause })
}

/** The module of the base build, compiled on the first call. Rejects where the host forbids or cannot do it. */
export const compileEmbedded = once(async () => compile(wasmHexadecimal))

/** The module of the relaxed-SIMD build, loaded and compiled on the first call. */
export const compileRelaxed = once(async () => compile((await import('../generated/wasm-relaxed.ts')).default))

/** The module of the build of lanes, loaded and compiled on the first call */
export const compileLanes = once(async () => compile((await import('../generated/wasm-lanes.ts')).default))

interface Once<Result> {
  (): Promise<Result>
  /** Takes what another thread has loaded. */
  adopt(result: Result): void
}

/** What `load` promises, loaded by the first call; by another one where it failed */
export function once<Result>(load: () => Promise<Result>): Once<Result> {
  let loading: Promise<Result> | undefined
  const get = () => {
    loading ??= load().catch((cause) => {
      loading = undefined
      throw cause
    })
    return loading
  }
  const adopt = (result: Result) => {
    loading ??= Promise.resolve(result)
  }
  return Object.assign(get, { adopt })
}

/** What of the above a thread passes on; undefined: not needed there, or not to be had */
export interface Modules {
  readonly embedded: WebAssembly.Module | undefined
  readonly relaxed: WebAssembly.Module | undefined
  readonly lanes: WebAssembly.Module | undefined
}

/** Takes modules that another thread has compiled: a worker then needs neither their bytes nor the time. */
export function adoptModules(modules: Modules): void {
  if (modules.embedded) compileEmbedded.adopt(modules.embedded)
  if (modules.relaxed) compileRelaxed.adopt(modules.relaxed)
  if (modules.lanes) compileLanes.adopt(modules.lanes)
}

export function compile(hexadecimal: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(decode(hexadecimal))
}

function decode(hexadecimal: string): BufferSource {
  // Node, Bun and Deno do natively what takes a cold loop 3 ms.
  const { Buffer } = globalThis as { Buffer?: { from(text: string, encoding: string): BufferSource } }
  if (Buffer) return Buffer.from(hexadecimal, 'hex')
  const bytes = new Uint8Array(hexadecimal.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = digit(hexadecimal.charCodeAt(2 * i)) * 16 + digit(hexadecimal.charCodeAt(2 * i + 1))
  }
  return bytes
}

/** The value of a character 0 … 9, a … f: codes 48 … 57 and 97 … 102 */
function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87
}
