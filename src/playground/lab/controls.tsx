// The bar that plays a network, and the fields that say what it is.
import { Segmented, SelectField } from '../ui/fields.tsx'
import { grouped, percent, rough, short } from '../ui/numbers.ts'
import * as session from './session.ts'
import { change, epoch, setup } from './session.ts'
import {
  FULL_BATCH,
  initializers,
  LARGEST_SEED,
  LEAST_RATE,
  losses,
  MOST_CLIP,
  MOST_PENALTY,
  MOST_RATE,
  optimizers,
  outputs,
  scalings,
  schedules,
} from './setup.ts'
import { SetupNumber, SetupSelect } from './setup-fields.tsx'
import { names } from './words.ts'

const paces = [
  { value: '250', title: 'Slow' },
  { value: '17', title: 'Smooth' },
  { value: '0', title: 'Full speed' },
] as const

export function Bar() {
  const { status, isBusy, pace } = session
  const isTraining = status.value === 'training'
  const cannot = isBusy.value || (status.value !== 'ready' && status.value !== 'diverged')
  return (
    <div class="bar card">
      <div class="row">
        <button
          type="button"
          class="button primary play"
          disabled={!isTraining && cannot}
          onClick={() => (isTraining ? session.pause() : void session.play())}
        >
          {isTraining ? <PauseIcon /> : <PlayIcon />}
          {isTraining ? 'Pause' : 'Train'}
        </button>
        <button type="button" class="button" disabled={cannot} onClick={() => session.play(1)}>
          One epoch
        </button>
        <button type="button" class="button" disabled={cannot} onClick={() => session.step()}>
          One step
        </button>
        <button type="button" class="button" onClick={() => session.reset()}>
          Reset
        </button>
        <Segmented
          legend="Speed"
          value={String(pace.value) as '0'}
          options={paces}
          onChange={(value) => session.changePace(Number(value))}
        />
      </div>
      <Figures />
    </div>
  )
}

/** Apart, since they change with every frame */
function Figures() {
  const { judged, problem, engine, speed } = session
  const score = (judged.value?.validation ?? judged.value?.training)?.score
  const isClasses = problem.value?.task === 'classes'
  return (
    <dl class="figures">
      <Figure name="Epoch" value={grouped(epoch.value)} />
      <Figure
        name={isClasses ? 'Found' : 'R²'}
        value={score === undefined ? '–' : isClasses ? percent(score) : short(score)}
      />
      <Figure name="Rows a second" value={speed.value === 0 ? '–' : rough(speed.value)} />
      <Figure name="Engine" value={engineText(engine.value?.name, engine.value?.reason)} />
    </dl>
  )
}

const engineText = (name: string | undefined, reason: string | undefined): string => {
  if (name === undefined) return '–'
  return `${name === 'wasm' ? 'WebAssembly' : 'TypeScript'}${reason === undefined ? '' : ' (no WebAssembly here)'}`
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="number">{value}</dd>
    </div>
  )
}

const PlayIcon = () => (
  <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
    <path d="M2 1l11 6-11 6z" fill="currentColor" />
  </svg>
)
const PauseIcon = () => (
  <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
    <path d="M2 1h3.5v12H2zM8.5 1H12v12H8.5z" fill="currentColor" />
  </svg>
)

/** Sizes that double, roughly: what a hand wants to try */
const batches = ['1', '4', '8', '16', '32', '64', '128', '0'].map((size) => ({
  value: size,
  title: Number(size) === FULL_BATCH ? 'all rows' : `${size} rows`,
}))

/** Each once: what the default comes to is the default. */
const titled = <T extends string>(options: readonly T[], auto: string) =>
  options.filter((value) => value !== auto).map((value) => ({ value, title: value === 'auto' ? auto : value }))

/** As PyTorch has it: only AdamW decays weights unless it is told to. */
const decayFor = (optimizer: string) => ({ weightDecay: optimizer === 'adamw' ? 0.01 : 0 })

export function TrainingFields() {
  const { batch } = setup.value
  const { task, classes = [] } = session.problem.value ?? {}
  const isClasses = task === 'classes'
  return (
    <div class="fields">
      <SetupNumber name="learningRate" min={LEAST_RATE} max={MOST_RATE} />
      <SetupSelect name="optimizer" options={optimizers} also={decayFor} />
      <SetupSelect name="schedule" options={schedules} />
      <SelectField
        label={names.batch}
        value={batches.some(({ value }) => value === String(batch)) ? String(batch) : '0'}
        options={batches}
        onChange={(size) => change({ batch: Number(size) })}
      />
      <SetupSelect
        name="loss"
        disabled={classes.length > 2}
        options={titled(losses, isClasses ? 'cross-entropy' : 'meanSquaredError')}
      />
      {!isClasses && <SetupSelect name="output" options={titled(outputs, 'linear')} />}
      <SetupSelect name="scaling" options={scalings} />
      {!isClasses && <SetupSelect name="targetScaling" options={scalings} />}
    </div>
  )
}

const engines = [
  { value: 'auto', title: 'WebAssembly if there is' },
  { value: 'wasm', title: 'WebAssembly' },
  { value: 'typescript', title: 'TypeScript' },
] as const

export function FurtherFields() {
  const cannotClip = setup.value.optimizer === 'lbfgs'
  return (
    <details class="further">
      <summary>More: regularization, clipping, seed, engine</summary>
      <div class="fields">
        <SetupNumber name="l1" min={0} max={MOST_PENALTY} />
        <SetupNumber name="l2" min={0} max={MOST_PENALTY} />
        <SetupNumber name="weightDecay" min={0} max={MOST_PENALTY} />
        <SetupNumber name="clipNorm" min={0} max={MOST_CLIP} disabled={cannotClip} />
        <SetupNumber name="clipValue" min={0} max={MOST_CLIP} disabled={cannotClip} />
        <SetupSelect name="weightInit" options={initializers} />
        <SetupNumber name="seed" min={0} max={LARGEST_SEED} isWhole />
        <SetupSelect name="dtype" options={['float32', 'float64']} />
        <SetupSelect name="engine" options={engines} />
      </div>
      <p class="small quiet">
        Rate, schedule, penalties, clipping and frozen layers change while it trains; 0 means no clipping. Anything else
        starts a new network.
      </p>
    </details>
  )
}
