// Which engine a network gets, and why not the one that would be taken first.
import type { ResolvedConfig } from '../config/config.ts'
import type { Engine } from '../engine.ts'
import { unexpected, WasmpropError } from '../errors.ts'
import { loadPart } from '../hosts/load.ts'
import type { Dtype } from '../numerics/values.ts'
import { testKnownAnswer } from './known-answer.ts'
import { compileBuild } from './modules.ts'
import { threadsFor } from './thread-count.ts'
import { otherModule, WasmEngine } from './wasm.ts'

export interface ChosenEngine {
  /** Makes an engine of the chosen kind. */
  readonly create: () => Engine
  /** Why it is not the one that would be taken first */
  readonly reason: string | undefined
}

/** Takes WebAssembly where the host has it, else TypeScript with the reason, unless the configuration insists. */
export async function chooseEngine(config: ResolvedConfig): Promise<ChosenEngine> {
  if (config.engine === 'typescript') {
    return withReasons(await loadTypeScript(), [
      ...(config.arithmetic === 'relaxed' ? [noRelaxed('TypeScript has none')] : []),
      ...(threadsFor(config) > 1 ? [oneThread('TypeScript has no more')] : []),
    ])
  }
  try {
    return await chooseWasm(config)
  } catch (cause) {
    const reason = reasonOf(cause)
    if (config.engine === 'auto') return withReasons(await loadTypeScript(), [reason])
    if (cause instanceof WasmpropError && cause.path === 'wasm') throw cause
    const expected = `a host that runs WebAssembly with SIMD: ${reason}`
    throw unexpected('ENGINE_UNAVAILABLE', 'engine', expected, '', { path: 'engine', cause })
  }
}

/** A module of its own: who runs WebAssembly does not load it. */
async function loadTypeScript(): Promise<ChosenEngine> {
  const { TypeScriptEngine } = await loadPart(import('./typescript/engine.ts'))
  return { create: () => new TypeScriptEngine(), reason: undefined }
}

/** The first that the host has: the relaxed build, the one with threads, the base build; with why not those before it */
async function chooseWasm(config: ResolvedConfig): Promise<ChosenEngine> {
  if (typeof WebAssembly === 'undefined') throw new Error('this host has no WebAssembly')
  const threads = threadsFor(config)
  const reasons: string[] = []
  if (config.arithmetic === 'relaxed') {
    try {
      const relaxed = await chooseRelaxed(config)
      return withReasons(relaxed, threads > 1 ? [oneThread('relaxed arithmetic has no more')] : [])
    } catch (cause) {
      reasons.push(noRelaxed(reasonOf(cause)))
    }
  }
  if (threads > 1) {
    try {
      return withReasons(await chooseThreads(config, threads), reasons)
    } catch (cause) {
      reasons.push(oneThread(reasonOf(cause)))
    }
  }
  const { dtype, wasm } = config
  const single = wasm === undefined ? testedWasm(await compileBuild(dtype), dtype, false) : testedGiven(wasm, dtype)
  return withReasons(single, reasons)
}

async function chooseRelaxed({ dtype, wasm }: ResolvedConfig): Promise<ChosenEngine> {
  if (wasm !== undefined) throw new Error('the module that is given has none')
  return testedWasm(await compileBuild('relaxed'), dtype, true)
}

/** The build with threads, a module of its own like the relaxed one. Rejects where one thread has to do. */
async function chooseThreads({ dtype, wasm, worker }: ResolvedConfig, threads: number): Promise<ChosenEngine> {
  if (wasm !== undefined) throw new Error('the module that is given has no more')
  const { prepareThreads, ThreadedEngine } = await loadPart(import('./threads/engine.ts'))
  const module = await prepareThreads(threads, worker)
  const create = () => new ThreadedEngine(module, threads)
  testOnce(module, dtype, create, false)
  return { create, reason: undefined }
}

function withReasons(engine: ChosenEngine, reasons: readonly string[]): ChosenEngine {
  return reasons.length === 0 ? engine : { ...engine, reason: reasons.join('; ') }
}

function oneThread(why: string): string {
  return `one thread: ${why}`
}

function noRelaxed(why: string): string {
  return `no relaxed SIMD: ${why}`
}

function reasonOf(cause: unknown): string {
  const words = cause instanceof Error ? cause.message : String(cause)
  return !(cause instanceof WasmpropError) && /\bCSP\b|unsafe-eval/.test(words) ? FORBIDDEN : words
}

/** Chromium says it in a sentence about 'unsafe-eval', which allows far more than is needed, and Firefox in its own words. */
const FORBIDDEN =
  "the Content-Security-Policy forbids WebAssembly: 'wasm-unsafe-eval' in its script-src allows it and nothing else"

const tested = { float32: new WeakSet<WebAssembly.Module>(), float64: new WeakSet<WebAssembly.Module>() }

function testedWasm(module: WebAssembly.Module, dtype: Dtype, relaxed: boolean): ChosenEngine {
  const create = () => new WasmEngine(module, relaxed)
  testOnce(module, dtype, create, relaxed)
  return { create, reason: undefined }
}

/** A module that was given and computes something else is one of another version. */
function testedGiven(module: WebAssembly.Module, dtype: Dtype): ChosenEngine {
  if (tested[dtype].has(module)) return testedWasm(module, dtype, false)
  const first = new WasmEngine(module, false)
  try {
    testOnce(module, dtype, () => first, false)
  } catch (cause) {
    throw otherModule(cause)
  }
  return testedWasm(module, dtype, false)
}

function testOnce(module: WebAssembly.Module, dtype: Dtype, create: () => Engine, relaxed: boolean): void {
  if (tested[dtype].has(module)) return
  testKnownAnswer(create(), dtype, relaxed)
  tested[dtype].add(module)
}
