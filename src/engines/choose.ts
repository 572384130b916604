// Which engine a network gets, and the known-answer test that a WebAssembly module must pass before the first one.
import { DIFFERENTIATES } from '../../assembly/ids.ts'
import { PROGRAM } from '../../assembly/program.ts'
import { type ResolvedConfig, resolveConfig } from '../config/config.ts'
import type { Engine } from '../engine.ts'
import { unexpected, WasmpropError } from '../errors.ts'
import { layOut, writeProgram } from '../memory/layout.ts'
import type { FullBatch } from '../memory/state.ts'
import { optimizerOf } from '../tables/optimizers.ts'
import { compileEmbedded, compileRelaxed, otherModule, WasmEngine } from './wasm.ts'

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
  const { wasm } = config
  const single = wasm === undefined ? testedWasm(await compileEmbedded(), false) : testedGiven(wasm)
  return withReasons(single, reasons)
}

async function chooseRelaxed({ wasm }: ResolvedConfig): Promise<ChosenEngine> {
  if (wasm !== undefined) throw new Error('the module that is given has none')
  return testedWasm(await compileRelaxed(), true)
}

/** The build with threads, a module of its own like the relaxed one. Rejects where one thread has to do. */
async function chooseThreads({ threads, wasm }: ResolvedConfig): Promise<ChosenEngine> {
  if (wasm !== undefined) throw new Error('the module that is given has no more')
  const { prepareThreads, ThreadedEngine } = await import('./threads/engine.ts')
  const module = await prepareThreads(threads)
  const create = () => new ThreadedEngine(module, threads)
  testOnce(module, create, false)
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

const tested = new WeakSet<WebAssembly.Module>()

function testedWasm(module: WebAssembly.Module, relaxed: boolean): ChosenEngine {
  const create = () => new WasmEngine(module, relaxed)
  testOnce(module, create, relaxed)
  return { create }
}

/** A module that was given and computes something else is one of another version. */
function testedGiven(module: WebAssembly.Module): ChosenEngine {
  if (tested.has(module)) return testedWasm(module, false)
  const first = new WasmEngine(module, false)
  try {
    testOnce(module, () => first, false)
  } catch (cause) {
    throw otherModule(cause)
  }
  return testedWasm(module, false)
}

function testOnce(module: WebAssembly.Module, create: () => Engine, relaxed: boolean): void {
  if (tested.has(module)) return
  testKnownAnswer(create(), relaxed)
  tested.add(module)
}

/** The loss of the network below after its steps, as every correct engine computes it */
export const KNOWN_LOSS = 0.5550816060876335

/**
 * Trains a small network for a few steps and compares its loss with the known one, to the bit (fused arithmetic: to 12
 * digits). Guards against hosts that compute wrongly.
 */
export function testKnownAnswer(engine: Engine, fuses: boolean): void {
  const loss = knownAnswer(engine)
  engine.dispose()
  if (fuses ? Math.abs(loss / KNOWN_LOSS - 1) < 1e-12 : loss === KNOWN_LOSS) return
  throw unexpected('ENGINE_FAILED', 'the host computes wrongly', `${KNOWN_LOSS} of the load test`, `${loss}`, {})
}

function knownAnswer(engine: Engine): number {
  const config = resolveConfig({
    inputs: 3,
    layers: [
      { units: 5, activation: 'tanh' },
      { units: 3, activation: 'sigmoid' },
      { units: 2, activation: 'softmax' },
    ],
    optimizer: { name: 'adam', learningRate: 0.1 },
    dtype: 'float64',
    seed: 1,
  })
  const layout = layOut(config)
  engine.reserve(layout.end)
  writeProgram(engine.buffer, layout, config)
  const values = new Float64Array(engine.buffer)
  for (let i = 0; i < layout.parameterBytes / 8; i++) values[layout.parameters / 8 + i] = ((i * 7) % 11) / 11 - 0.5
  for (let i = 0; i < 12; i++) values[layout.inputBlock / 8 + i] = ((i * 5) % 7) - 3
  values.set([1, 0, 0, 1, 0, 1], layout.targetBlock / 8)
  for (let step = 0; step < 3; step++) {
    engine.evaluate(PROGRAM, layout.inputBlock, layout.targetBlock, 0, 0, 3, 3, DIFFERENTIATES)
    engine.step(PROGRAM, 0.1)
  }
  engine.evaluate(PROGRAM, layout.inputBlock, layout.targetBlock, 0, 0, 3, 3, 0)
  return engine.loss(PROGRAM, 3)
}
