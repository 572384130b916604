// The lab's state as signals, and what its buttons do. A change of the setup makes a new network, but for the rate, which the
// present one takes over while it trains.
import { batch, computed, signal } from '@preact/signals'
import type { EngineInfo, ScalingJSON } from 'wasmprop'
import { recall, remember } from '../storage.ts'
import { problemFor } from './data/load.ts'
import {
  type Grid,
  gridOf,
  type Judged,
  judge,
  Probes,
  SURFACE_CELLS,
  sampleOf,
  surfaceOf,
  type Units,
} from './looks.ts'
import { Losses } from './losses.ts'
import { divide, type Part, type Problem } from './problem.ts'
import { type Action, type Look, type Pace, Run } from './run.ts'
import { defaults, isLiving, readSetup, type Setup } from './setup.ts'
import { hurdlesOf, type Trouble, troubleIn } from './trouble.ts'
import { nameOf } from './words.ts'

export type Status = 'loading' | 'ready' | 'training' | 'repeating' | 'diverged' | 'failed'

const SURFACE_MILLISECONDS = 50
const UNITS_MILLISECONDS = 250

export const setup = signal<Setup>(defaults)
export const problem = signal<Problem | undefined>(undefined)
export const status = signal<Status>('loading')
export const message = signal('')
export const trouble = signal<Trouble | undefined>(undefined)
export const hurdles = signal<readonly Trouble[]>([])
export const epoch = signal(0)
export const losses = new Losses()
export const lossCount = signal(0)
export const pace = signal<Pace>(17)
export const axes = signal<readonly number[]>([0, 1])
export const grid = signal<Grid | undefined>(undefined)
export const surface = signal<Float32Array | undefined>(undefined)
export const units = signal<Units | undefined>(undefined)
export const judged = signal<{ readonly training: Judged; readonly validation?: Judged } | undefined>(undefined)
export const hash = signal('')
export const engine = signal<EngineInfo | undefined>(undefined)
export const speed = signal(0)
export const parameterCount = signal(0)
export const scalings = signal<{ inputs: ScalingJSON | null; targets: ScalingJSON | null } | undefined>(undefined)
export const isUntrained = computed(() => epoch.value === 0)
export const isBusy = computed(() => status.value === 'training' || status.value === 'repeating')

let run: Run | undefined
let probes: Probes | undefined
let samples: { training: Part; validation: Part } | undefined
let isTurning = false
let lastSurface = 0
let lastUnits = 0
/** Later calls of `begin` overtake earlier ones. */
let generation = 0

export const currentRun = (): Run | undefined => run

/** A new network for this setup; `log` is repeated on it. */
export async function begin(wanted: Setup, log: readonly Action[] = [], note = ''): Promise<void> {
  const own = ++generation
  run?.dispose()
  run = undefined
  batch(() => {
    setup.value = wanted
    status.value = 'loading'
    message.value = note
    trouble.value = undefined
  })
  try {
    const loaded = await problemFor(wanted)
    if (own !== generation) return
    await prepare(own, wanted, loaded)
    if (own !== generation) return
    await repeat(own, log)
    keep()
  } catch (error) {
    if (own !== generation) return
    status.value = 'failed'
    message.value = (error as Error).message
  }
}

async function prepare(own: number, wanted: Setup, loaded: Problem): Promise<void> {
  const division = divide(loaded, wanted.holdOut, wanted.seed)
  const made = await Run.start(wanted, loaded, division, { look })
  if (own !== generation) return made.dispose()
  run = made
  run.pace = pace.value
  const columns = loaded.inputNames.length
  samples = { training: sampleOf(division.training, columns), validation: sampleOf(division.validation, columns) }
  const shown = loaded === problem.value ? axes.value : firstAxes(loaded)
  batch(() => {
    problem.value = loaded
    axes.value = shown
    epoch.value = 0
    losses.clear()
    lossCount.value = 0
    speed.value = 0
    scalings.value = made.made.scaling
    engine.value = made.network.engine
    parameterCount.value = made.network.parameterCount
    hurdles.value = hurdlesOf(wanted, loaded, samples?.training)
  })
  await aim(made)
  if (own === generation) await rest('ready')
}

/** Two columns of numbers, where there are: a word's own column has only two values. */
function firstAxes({ inputNames }: Problem): number[] {
  const isWord = (axis: number) => Number(inputNames[axis].includes(' = '))
  return [...inputNames.keys()].sort((a, b) => isWord(a) - isWord(b)).slice(0, 2)
}

async function repeat(own: number, log: readonly Action[]): Promise<void> {
  if (log.length === 0 || run === undefined) return
  status.value = 'repeating'
  const { pace: wanted } = run
  run.pace = 0
  await run.repeat(log)
  if (own !== generation) return
  run.pace = wanted
  setup.value = run.now
  await rest('ready')
}

/** From here on looks are along the present axes. */
async function aim(seen: Run): Promise<void> {
  isTurning = false
  grid.value = gridOf(seen.problem, axes.value, SURFACE_CELLS)
  probes?.dispose()
  probes = await Probes.of(seen, axes.value)
}

async function turn(): Promise<void> {
  if (run === undefined) return
  await aim(run)
  await lookClosely()
}

/** While it trains, the next look turns. */
export async function turnTo(wanted: readonly number[]): Promise<void> {
  axes.value = wanted
  if (isBusy.value) isTurning = true
  else await carryOn(turn)
}

async function look({ epoch: done, loss, validationLoss }: Look): Promise<void> {
  losses.add(done, loss, validationLoss)
  const now = performance.now()
  batch(() => {
    epoch.value = done
    if (run !== undefined && run.milliseconds > 0) speed.value = (1000 * run.rows) / run.milliseconds
  })
  if (isTurning) await turn()
  else if (now - lastUnits > UNITS_MILLISECONDS) await lookClosely()
  else if (now - lastSurface > SURFACE_MILLISECONDS) await lookAtSurface()
}

async function lookAtSurface(): Promise<void> {
  if (run === undefined || grid.value === undefined) return
  const seen = await surfaceOf(run, grid.value)
  lastSurface = performance.now()
  batch(() => {
    surface.value = seen
    lossCount.value++
  })
}

async function lookClosely(): Promise<void> {
  const seen = run
  if (seen === undefined || samples === undefined || probes === undefined) return
  const { training, validation } = samples
  const columns = seen.problem.inputNames.length
  const inputs = { data: training.inputs, rows: training.rows, columns }
  const [weights, gradients, ofTraining, ofValidation] = await Promise.all([
    seen.network.getWeights(),
    seen.network.gradients(inputs, training.targets),
    judge(seen, training),
    validation.rows > 0 ? judge(seen, validation) : undefined,
  ])
  const surfaces = await probes.surfaces(weights)
  await lookAtSurface()
  if (seen !== run) return
  lastUnits = performance.now()
  batch(() => {
    units.value = { weights, gradients: gradients.layers, surfaces, cells: probes?.cells ?? 0 }
    judged.value = { training: ofTraining, validation: ofValidation }
    if (status.value === 'training') trouble.value = troubleIn(seen, losses, units.value)
  })
}

/** What stands when nothing trains: fresh views, the weights' hash, and what is kept for the next visit. */
async function rest(next: Status): Promise<void> {
  const seen = run
  if (seen === undefined) return
  await lookClosely()
  const found = await seen.network.weightsHash()
  if (seen !== run) return
  batch(() => {
    status.value = next
    hash.value = found
    if (next === 'ready') trouble.value = troubleIn(seen, losses, units.value)
  })
  keep()
}

export async function play(epochs?: number): Promise<void> {
  const playing = run
  if (playing === undefined || isBusy.value) return
  status.value = 'training'
  trouble.value = undefined
  try {
    const outcome = await playing.play(epochs)
    if (playing !== run || outcome === 'aborted') return
    if (typeof outcome === 'object') {
      await rest('diverged')
      trouble.value = troubleIn(playing, losses, units.value, outcome.advice)
    } else await rest('ready')
  } catch (error) {
    fail(playing, error)
  }
}

/** Of a run that is still there */
function fail(failing: Run | undefined, error: unknown): void {
  if (failing !== run) return
  status.value = 'failed'
  message.value = (error as Error).message
}

export const pause = (): void => run?.pause()

export async function step(): Promise<void> {
  if (run === undefined || isBusy.value) return
  try {
    await run.step()
    await rest('ready')
  } catch (error) {
    await rest('diverged')
    trouble.value = troubleIn(run, losses, units.value, (error as Error).message)
  }
}

export const reset = (): Promise<void> => begin(setup.value)

export function changePace(wanted: Pace): void {
  pace.value = wanted
  if (run !== undefined) run.pace = wanted
}

/** Changes a part of the setup: at once where its network can go on, else with a new network, which plays on. */
export async function change(part: Partial<Setup>): Promise<void> {
  const wanted = readSetup({ ...setup.value, ...part })
  const changed = (Object.keys(part) as (keyof Setup)[]).map(nameOf).join(', ')
  const living = run !== undefined && run.log.length > 0 && (status.value === 'training' || status.value === 'ready')
  if (living && isLiving(part)) {
    setup.value = wanted
    message.value = `${changed}: changed from here on. The network keeps what it has learned.`
    return carryOn(() => run?.change(part))
  }
  const wasPlaying = status.value === 'training'
  const started = epoch.value > 0
  await begin(wanted, [], started ? `${changed}: changed. The network starts anew with its first weights.` : '')
  if (wasPlaying && status.value === 'ready') void play()
}

async function carryOn(act: () => Promise<void> | undefined): Promise<void> {
  const acting = run
  try {
    await act()
    keep()
  } catch (error) {
    fail(acting, error)
  }
}

interface Kept {
  readonly setup: unknown
  readonly log: readonly Action[]
}

function keep(): void {
  if (run !== undefined) remember('lab', { setup: run.setup, log: run.log } satisfies Kept)
}

const isKept = (value: unknown): boolean => typeof value === 'object' && value !== null && 'setup' in value

/** What the last visit left */
export const recallLab = (): Kept | undefined => recall<Kept>('lab', isKept)
