// Which engine a network gets, and the known-answer test that a WebAssembly module must pass before the first one.
import { DIFFERENTIATES } from '../../assembly/ids.ts'
import { PROGRAM } from '../../assembly/program.ts'
import { type ResolvedConfig, resolveConfig } from '../config/config.ts'
import type { Engine } from '../engine.ts'
import { unexpected, WasmpropError } from '../errors.ts'
import { layOut, writeProgram } from '../memory/layout.ts'
import type { FullBatch } from '../memory/state.ts'
import type { Dtype } from '../numerics/values.ts'
import { optimizerOf } from '../tables/optimizers.ts'
import { compileBuild } from './modules.ts'
import { otherModule, WasmEngine } from './wasm.ts'

export interface ChosenEngine {
  /** Makes an engine of the chosen kind. */
  readonly create: () => Engine
  /** Why it is not the one that would be taken first */
  readonly reason?: string
}

/** The engine, and what takes the steps of optimizers that search */
export type Chosen = ChosenEngine & { readonly fullBatch: FullBatch | undefined }

/** Chooses an engine and loads what the configuration needs beside it. */
export async function prepare(config: ResolvedConfig): Promise<Chosen> {
  const searches = optimizerOf(config.optimizer).searches === true
  const [engine, fullBatch] = await Promise.all([
    chooseEngine(config),
    searches ? import('../training/full-batch.ts') : undefined,
  ])
  return { ...engine, fullBatch }
}

/** Takes WebAssembly where the host has it, else TypeScript with the reason, unless the configuration insists. */
export async function chooseEngine(config: ResolvedConfig): Promise<ChosenEngine> {
  if (config.engine === 'typescript') {
    return withReasons(await loadTypeScript(), [
      ...(config.arithmetic === 'relaxed' ? [noRelaxed('TypeScript has none')] : []),
      ...(config.threads > 1 ? [oneThread('TypeScript has no more')] : []),
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
  const { TypeScriptEngine } = await import('./typescript/engine.ts')
  return { create: () => new TypeScriptEngine() }
}

/** The first that the host has: the relaxed build, the one with threads, the base build; with why not those before it */
async function chooseWasm(config: ResolvedConfig): Promise<ChosenEngine> {
  if (typeof WebAssembly === 'undefined') throw new Error('this host has no WebAssembly')
  const reasons: string[] = []
  if (config.arithmetic === 'relaxed') {
    try {
      const relaxed = await chooseRelaxed(config)
      return withReasons(relaxed, config.threads > 1 ? [oneThread('relaxed arithmetic has no more')] : [])
    } catch (cause) {
      reasons.push(noRelaxed(reasonOf(cause)))
    }
  }
  if (config.threads > 1) {
    try {
      return withReasons(await chooseThreads(config), reasons)
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
async function chooseThreads({ dtype, threads, wasm, worker }: ResolvedConfig): Promise<ChosenEngine> {
  if (wasm !== undefined) throw new Error('the module that is given has no more')
  const { prepareThreads, ThreadedEngine } = await import('./threads/engine.ts')
  const module = await prepareThreads(threads, worker)
  const create = () => new ThreadedEngine(module, threads)
  testOnce(module, dtype, create, false)
  return { create }
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
  return cause instanceof Error ? cause.message : String(cause)
}

const tested = { float32: new WeakSet<WebAssembly.Module>(), float64: new WeakSet<WebAssembly.Module>() }

function testedWasm(module: WebAssembly.Module, dtype: Dtype, relaxed: boolean): ChosenEngine {
  const create = () => new WasmEngine(module, relaxed)
  testOnce(module, dtype, create, relaxed)
  return { create }
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

/** The loss of the network below after its steps, as every correct engine computes it */
export const KNOWN_LOSS: Readonly<Record<Dtype, number>> = { float32: 0.4063493176612493, float64: 0.5550816060876335 }

/** How far it may be from it where arithmetic is fused, relatively */
const FUSED_TOLERANCE: Readonly<Record<Dtype, number>> = { float32: 1e-5, float64: 1e-12 }

/**
 * Trains a small network for a few steps and compares its loss with the known one: to the bit, unless arithmetic is fused.
 * Guards against hosts that compute wrongly.
 */
export function testKnownAnswer(engine: Engine, dtype: Dtype, fuses: boolean): void {
  const loss = knownAnswer(engine, dtype)
  engine.dispose()
  const known = KNOWN_LOSS[dtype]
  if (fuses ? Math.abs(loss / known - 1) < FUSED_TOLERANCE[dtype] : loss === known) return
  throw unexpected('ENGINE_FAILED', 'the host computes wrongly', `${known} of the load test`, `${loss}`, {})
}

function knownAnswer(engine: Engine, dtype: Dtype): number {
  const config = resolveConfig({
    inputs: 3,
    layers: [
      { units: 5, activation: 'tanh' },
      { units: 3, activation: 'sigmoid' },
      { units: 2, activation: 'softmax' },
    ],
    optimizer: { name: 'adam', learningRate: 0.1 },
    dtype,
    seed: 1,
  })
  const layout = layOut(config)
  engine.reserve(layout.end)
  writeProgram(engine.buffer, layout, config)
  const values = dtype === 'float32' ? new Float32Array(engine.buffer) : new Float64Array(engine.buffer)
  const at = (address: number) => address / values.BYTES_PER_ELEMENT
  for (let i = 0; i < at(layout.parameterBytes); i++) values[at(layout.parameters) + i] = ((i * 7) % 11) / 11 - 0.5
  for (let i = 0; i < 12; i++) values[at(layout.inputBlock) + i] = ((i * 5) % 7) - 3
  for (let row = 0; row < 3; row++) values[at(layout.targetBlock + row * layout.targetStride) + Math.min(row, 1)] = 1
  for (let step = 0; step < 3; step++) {
    engine.evaluate(PROGRAM, layout.inputBlock, layout.targetBlock, 0, 0, 3, 3, DIFFERENTIATES)
    engine.step(PROGRAM, 0.1)
  }
  engine.evaluate(PROGRAM, layout.inputBlock, layout.targetBlock, 0, 0, 3, 3, 0)
  return engine.loss(PROGRAM, 3)
}
