// What the tutorial is about at the moment: the lesson, its network, the epoch and row that are looked at, and all numbers of
// that epoch.
import { batch, computed, signal } from '@preact/signals'
import { createNetwork, type Explanation, explain, type Network, type TrainResult } from 'wasmprop'
import { type Lesson, type LessonName, lessons } from './lessons.ts'

/** A lesson's network, before and after it was trained */
export interface Run {
  readonly lesson: Lesson
  readonly network: Network
  readonly start: ReturnType<Network['getWeights']>
  readonly result?: TrainResult
  /** What training took, without keeping anything */
  readonly milliseconds?: number
  /** Of the weights after the last epoch */
  readonly hash?: string
}

export const lessonName = signal<LessonName>('exam')
export const run = signal<Run | undefined>(undefined)
export const epoch = signal(0)
/** The row whose numbers are in the network */
export const row = signal(0)
export const isTraining = signal(false)
export const failure = signal('')

export async function begin(name: LessonName): Promise<void> {
  const lesson = lessons[name]
  const network = await createNetwork(lesson.config)
  network.fitScaling(lesson.inputs, lesson.targets)
  if (lessonName.peek() !== name) return network.dispose()
  run.peek()?.network.dispose()
  stopPlaying()
  batch(() => {
    epoch.value = 0
    row.value = 0
    run.value = { lesson, network, start: network.getWeights() }
  })
}

/**
 * All epochs at once; then again, bit for bit, with the weights after every one kept, which takes longer; then what was learned
 * is played.
 */
export async function train(): Promise<void> {
  const current = run.peek()
  if (current === undefined || isTraining.peek()) return
  const { lesson, network, start } = current
  isTraining.value = true
  try {
    const options = { epochs: lesson.epochs, batchSize: 'full' } as const
    network.setWeights(start)
    const { milliseconds } = await network.train(lesson.inputs, lesson.targets, options)
    network.setWeights(start)
    const history = { weights: { every: 1 } }
    const result = await network.train(lesson.inputs, lesson.targets, { ...options, history })
    if (run.peek() !== current) return
    batch(() => {
      run.value = { ...current, result, milliseconds, hash: network.weightsHash() }
      epoch.value = 0
    })
    play()
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error)
  } finally {
    isTraining.value = false
  }
}

export const lastEpoch = computed(() => run.value?.result?.epochs ?? 0)

const SWEEP_MS = 1800
let sweep: number | undefined
export const isPlaying = signal(false)

/** Sweeps through all epochs, slowly at first, where most is learned; at once where motion is not wanted. */
export function play(): void {
  stopPlaying()
  const last = lastEpoch.peek()
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    epoch.value = last
    return
  }
  isPlaying.value = true
  const began = performance.now()
  const frame = (now: number) => {
    const share = Math.min(1, Math.max(0, (now - began) / SWEEP_MS))
    epoch.value = Math.round(last * share ** 3)
    if (share < 1) sweep = requestAnimationFrame(frame)
    else stopPlaying()
  }
  sweep = requestAnimationFrame(frame)
}

export function stopPlaying(): void {
  if (sweep !== undefined) cancelAnimationFrame(sweep)
  sweep = undefined
  isPlaying.value = false
}

export function goTo(wanted: number): void {
  stopPlaying()
  epoch.value = Math.max(0, Math.min(lastEpoch.peek(), Math.round(wanted)))
}

/** Every number of one epoch */
export interface Pass {
  readonly lesson: Lesson
  readonly epoch: number
  /** By row, with the weights of this epoch */
  readonly rows: readonly Explanation[]
  /** In the targets' units, by row */
  readonly predictions: readonly (readonly number[])[]
  /** The error of all rows */
  readonly loss: number
}

export const pass = computed<Pass | undefined>(() => {
  const current = run.value
  if (current === undefined || isTraining.value) return undefined
  const { lesson, network, start, result } = current
  const at = Math.min(epoch.value, lastEpoch.value)
  network.setWeights(result?.timeline?.at(at) ?? start)
  const rows = lesson.inputs.map((input, index) => explain(network, [...input], [...lesson.targets[index]]))
  const loss = rows.reduce((sum, { totalError }) => sum + totalError, 0)
  return { lesson, epoch: at, rows, predictions: network.predict(lesson.inputs), loss }
})
