// Which engine a network gets, and the known-answer test that a WebAssembly module must pass before the first one.
import { DIFFERENTIATES } from '../../assembly/ids.ts'
import { PROGRAM } from '../../assembly/program.ts'
import { type ResolvedConfig, resolveConfig } from '../config.ts'
import type { Engine } from '../engine.ts'
import { WasmpropError } from '../errors.ts'
import { layOut, writeProgram } from '../layout.ts'
import { optimizerOf } from '../optimizers.ts'
import type { FullBatch } from '../state.ts'
import { compileEmbedded, compileRelaxed, WasmEngine } from './wasm.ts'

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
    searches ? import('../full-batch.ts') : undefined,
  ])
  return { ...engine, fullBatch }
}

/** Takes WebAssembly where the host has it, else TypeScript with the reason, unless the configuration insists. */
export async function chooseEngine(config: ResolvedConfig): Promise<ChosenEngine> {
  if (config.engine === 'typescript') {
    return {
      ...(await loadTypeScript()),
      ...(config.threads > 1 ? { reason: oneThread('TypeScript has no more') } : {}),
    }
  }
  try {
    return await chooseWasm(config)
  } catch (cause) {
    const reason = reasonOf(cause)
    if (config.engine === 'auto') return { ...(await loadTypeScript()), reason }
    throw new WasmpropError(
      'ENGINE_UNAVAILABLE',
      `engine: expected a host that runs WebAssembly with SIMD: ${reason}`,
      {
        path: 'engine',
        cause,
      },
    )
  }
}

/** A module of its own: who runs WebAssembly does not load it. */
async function loadTypeScript(): Promise<ChosenEngine> {
  const { TypeScriptEngine } = await import('./typescript/engine.ts')
  return { create: () => new TypeScriptEngine() }
}

async function chooseWasm(config: ResolvedConfig): Promise<ChosenEngine> {
  if (typeof WebAssembly === 'undefined') throw new Error('this host has no WebAssembly')
  if (config.threads === 1) return chooseSingle(config)
  try {
    return await chooseThreads(config)
  } catch (cause) {
    const single = await chooseSingle(config)
    const reasons = [oneThread(reasonOf(cause)), ...(single.reason === undefined ? [] : [single.reason])]
    return { ...single, reason: reasons.join('; ') }
  }
}

/** The build with threads, a module of its own like the relaxed one. Rejects where one thread has to do. */
async function chooseThreads({ threads, arithmetic, wasm }: ResolvedConfig): Promise<ChosenEngine> {
  if (wasm !== undefined) throw new Error('the module that is given has no more')
  if (arithmetic === 'relaxed') throw new Error('relaxed arithmetic has no more')
  const { prepareThreads, ThreadedEngine } = await import('./threads/engine.ts')
  const module = await prepareThreads(threads)
  const create = () => new ThreadedEngine(module, threads)
  testOnce(module, create, false)
  return { create }
}

function oneThread(why: string): string {
  return `one thread: ${why}`
}

async function chooseSingle(config: ResolvedConfig): Promise<ChosenEngine> {
  if (config.arithmetic === 'relaxed' && config.wasm === undefined) {
    try {
      return testedWasm(await compileRelaxed(), true)
    } catch (cause) {
      return { ...testedWasm(await compileEmbedded(), false), reason: `no relaxed SIMD: ${reasonOf(cause)}` }
    }
  }
  return testedWasm(config.wasm ?? (await compileEmbedded()), false)
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
  throw new WasmpropError(
    'ENGINE_FAILED',
    `the host computes wrongly: expected ${KNOWN_LOSS} of the load test, got ${loss}`,
  )
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
