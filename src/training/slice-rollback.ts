// The steps of a slice, and how they are undone and repeated.
import * as P from '../../assembly/program.ts'
import type { DataLayout } from '../memory/layout.ts'
import { areParametersFinite, restoreSafePoint, saveSafePoint } from '../memory/rollback.ts'
import type { Program, Progress } from '../program.ts'
import type { TrainingState } from './state.ts'

/** Gives one of the reasons in assembly/ids.ts. */
export function takeSteps(state: TrainingState, steps: number): number {
  const { fullBatch, engine } = state
  return fullBatch ? fullBatch.trainOnData(state, steps) : engine.train(P.PROGRAM, steps)
}

/** Goes back within the slice that began at the last `save`. */
export class SliceRollback {
  readonly #state: TrainingState
  readonly #places: DataLayout
  readonly #program: Program
  #safePoint: Progress | undefined

  constructor(state: TrainingState, places: DataLayout, program: Program) {
    this.#state = state
    this.#places = places
    this.#program = program
  }

  /** Gives where the slice begins. */
  save(): Progress {
    this.#safePoint = saveSafePoint(this.#state)
    return this.#safePoint
  }

  toStart(): void {
    if (this.#safePoint) restoreSafePoint(this.#state, this.#safePoint)
  }

  /**
   * To the last of `done` steps that left finite weights: repeats them to find it, and once more to stop there; gives its
   * number. `collect` takes the losses of a step before those of the next.
   */
  toLastGood(done: number, collect: () => void): number {
    this.toStart()
    let good = 0
    while (good < done) {
      this.#repeat(good)
      if (!areParametersFinite(this.#state)) break
      good++
    }
    this.toStart()
    this.#program.set({ epochLossesCount: 0 })
    for (let repeated = 0; repeated < good; repeated++) {
      if (repeated > 0) collect()
      this.#repeat(repeated)
    }
    return good
  }

  /**
   * A full batch's loss is known before its step: where it ends training, the step is not taken. The epoch counts, its step
   * does not.
   */
  undoLast(done: number): void {
    const [epoch, epochsLeft] = this.#program.read('epoch', 'epochsLeft')
    this.toStart()
    for (let repeated = 0; repeated < done - 1; repeated++) this.#repeat(repeated)
    this.#program.set({ epoch, epochsLeft })
  }

  /** Step `index` of the slice, with its rate */
  #repeat(index: number): void {
    if (this.#program.get('rates') !== 0) this.#program.set({ rates: this.#places.rates + 8 * index })
    takeSteps(this.#state, 1)
  }
}
