// The same training in both engines, timed: the best of a few runs after a warm-up.
import { compareEngines, type NetworkConfig, type TrainOptions, WasmpropError } from 'wasmprop'
import { HOURS, SCORES } from './exam.ts'

export interface Race {
  readonly runs: number
  /** Best time of each engine */
  readonly milliseconds: { readonly wasm: number; readonly typescript: number }
  readonly ratio: number
  readonly hashes: { readonly wasm: string; readonly typescript: string }
  /** Weights and losses, in every run */
  readonly identical: boolean
}

const MOST_RUNS = 7
/** Long trainings are not repeated beyond this. */
const ENOUGH_MILLISECONDS = 1500

/** Undefined where the host has no WebAssembly */
export async function raceEngines(config: NetworkConfig, options: TrainOptions): Promise<Race | undefined> {
  const race = () => compareEngines(config, HOURS, SCORES, options)
  const started = performance.now()
  try {
    const warmUp = await race()
    let { identical, hashes } = warmUp
    let wasm = warmUp.wasm.milliseconds
    let typescript = warmUp.typescript.milliseconds
    let runs = 1
    while (runs < MOST_RUNS && performance.now() - started < ENOUGH_MILLISECONDS) {
      const run = await race()
      runs++
      wasm = Math.min(wasm, run.wasm.milliseconds)
      typescript = Math.min(typescript, run.typescript.milliseconds)
      identical &&= run.identical && run.hashes.wasm === hashes.wasm
      hashes = run.hashes
    }
    return { runs, milliseconds: { wasm, typescript }, ratio: typescript / wasm, hashes, identical }
  } catch (error) {
    if (error instanceof WasmpropError && error.code === 'ENGINE_UNAVAILABLE') return undefined
    throw error
  }
}
