// How far the training of a table is, and what may still be begun within a budget of time. What was decided by the clock is kept
// as a choice, so that the same can be done again without one.
import { now } from '../training/run.ts'

/** What `onProgress` learns */
export interface TableProgress {
  /** The target and the kind of member that is trained for it: `species: network 128-128` */
  readonly stage: string
  /** Of all work, from 0 to 1 */
  readonly fraction: number
  /** By what has been done so far */
  readonly millisecondsLeft: number
  /** Of the network in training, where all train in one thread: the epoch that ended, counted from 0, and its losses */
  readonly epoch?: number
  readonly loss?: number
  readonly validationLoss?: number
}

/** Losses of a network by epoch */
export interface Curve {
  readonly loss: readonly number[]
  /** Of the fold that it did not see */
  readonly validationLoss: readonly number[]
}

export type Tell = (progress: TableProgress) => void

/** Multiply-adds a millisecond before anything has been measured: low, so that a budget is rather kept */
const SPEED = 1e6

/** Clock and share of work of one call */
export class Course {
  readonly #tell: Tell | undefined
  readonly #started = now()
  readonly #end: number
  readonly #targets: number
  #target = 0
  #total = 1
  #done = 0
  #underway = 0
  readonly #speeds = new Map<string, number>()

  /** `budget`: milliseconds for all targets */
  constructor(targets: number, budget: number | undefined, tell: Tell | undefined) {
    this.#targets = targets
    this.#end = budget === undefined ? Number.POSITIVE_INFINITY : this.#started + budget
    this.#tell = tell
  }

  /** Begins a target whose members come to so many multiply-adds. */
  begin(target: number, total: number): void {
    this.#target = target
    this.#total = total
    this.#done = 0
  }

  /** Milliseconds for the present target: the time left is shared among those to come */
  get left(): number {
    return (this.#end - now()) / (this.#targets - this.#target)
  }

  /** Whether work of a kind is likely to be done in the time that is left, of which so many milliseconds are for other things */
  hasTimeFor(kind: string, work: number, reserved = 0): boolean {
    return this.#end === Number.POSITIVE_INFINITY || work / (this.#speeds.get(kind) ?? SPEED) <= this.left - reserved
  }

  /** Work that was left out is no longer part of all. */
  leaveOut(work: number): void {
    this.#total -= work
  }

  /** Does work, watching how fast it is. */
  async measure<Result>(kind: string, work: number, act: () => Promise<Result>): Promise<Result> {
    const started = now()
    const result = await act()
    this.#speeds.set(kind, work / Math.max(1, now() - started))
    this.#done += work
    this.#underway = 0
    return result
  }

  /** A share of the present work, from 0 to 1, is done. */
  tell(stage: string, work: number, share: number, more: Partial<TableProgress> = {}): void {
    this.#underway = Math.max(this.#underway, work * share)
    if (this.#tell === undefined) return
    const ofTarget = Math.min(1, (this.#done + this.#underway) / this.#total)
    const fraction = (this.#target + ofTarget) / this.#targets
    const elapsed = now() - this.#started
    this.#tell({ stage, fraction, millisecondsLeft: (elapsed / fraction) * (1 - fraction), ...more })
  }
}
