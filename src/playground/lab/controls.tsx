// The bar that plays a network, and the fields that say what it is.
import { NumberField, RangeField, Segmented, SelectField } from '../ui/fields.tsx'
import { grouped, percent, rough, short } from '../ui/numbers.ts'
import * as session from './session.ts'
import { change, epoch, setup } from './session.ts'
import { FULL_BATCH, initializers, LARGEST_SEED, losses, optimizers, outputs, scalings, schedules } from './setup.ts'

const paces = [
  { value: '250', title: 'Slow' },
  { value: '17', title: 'Smooth' },
  { value: '0', title: 'Full speed' },
] as const

export function Bar() {
  const { status, isBusy, pace, judged, problem, engine, speed } = session
  const isTraining = status.value === 'training'
  const cannot = isBusy.value || (status.value !== 'ready' && status.value !== 'diverged')
  const score = (judged.value?.validation ?? judged.value?.training)?.score
  const isClasses = problem.value?.task === 'classes'
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
      <dl class="figures">
        <Figure name="Epoch" value={grouped(epoch.value)} />
        <Figure
          name={isClasses ? 'Found' : 'R²'}
          value={score === undefined ? '–' : isClasses ? percent(score) : short(score)}
        />
        <Figure name="Rows a second" value={speed.value === 0 ? '–' : rough(speed.value)} />
        <Figure name="Engine" value={engineText(engine.value?.name, engine.value?.reason)} />
      </dl>
    </div>
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

/** Rates that double, roughly: what a hand wants to try */
const batches = ['1', '4', '8', '16', '32', '64', '128', '0']

export function TrainingFields() {
  const { value } = setup
  const isClasses = session.problem.value?.task === 'classes'
  const mostly = (session.problem.value?.classes.length ?? 0) > 2
  return (
    <div class="fields">
      <NumberField
        label="Learning rate"
        value={value.learningRate}
        min={0}
        max={1e6}
        onChange={(learningRate) => change({ learningRate })}
      />
      <SelectField
        label="Optimizer"
        value={value.optimizer as (typeof optimizers)[number]}
        options={optimizers}
        onChange={(optimizer) => change({ optimizer })}
      />
      <SelectField
        label="Schedule"
        value={value.schedule}
        options={schedules}
        onChange={(schedule) => change({ schedule })}
      />
      <SelectField
        label="Batch"
        value={batches.includes(String(value.batch)) ? String(value.batch) : '0'}
        options={batches.map((size) => ({
          value: size,
          title: Number(size) === FULL_BATCH ? 'all rows' : `${size} rows`,
        }))}
        onChange={(size) => change({ batch: Number(size) })}
      />
      <SelectField
        label="Loss"
        value={value.loss}
        disabled={mostly}
        options={losses.map((name) => ({ value: name, title: name === 'auto' ? lossTitle(isClasses) : name }))}
        onChange={(loss) => change({ loss })}
      />
      {!isClasses && (
        <SelectField
          label="Output"
          value={value.output}
          options={outputs.map((name) => ({ value: name, title: name === 'auto' ? 'linear (default)' : name }))}
          onChange={(output) => change({ output })}
        />
      )}
      <SelectField
        label="Scaling of inputs"
        value={value.scaling}
        options={scalings}
        onChange={(scaling) => change({ scaling })}
      />
      {!isClasses && (
        <SelectField
          label="Scaling of targets"
          value={value.targetScaling}
          options={scalings}
          onChange={(targetScaling) => change({ targetScaling })}
        />
      )}
    </div>
  )
}

const lossTitle = (isClasses: boolean) => (isClasses ? 'cross-entropy (default)' : 'meanSquaredError (default)')

export function FurtherFields() {
  const { value } = setup
  const dropout = value.hidden[0]?.dropout ?? 0
  const setDropout = (share: number) => change({ hidden: value.hidden.map((layer) => ({ ...layer, dropout: share })) })
  return (
    <details class="further">
      <summary>More: regularization, dropout, seed, engine</summary>
      <div class="fields">
        <NumberField label="L1" value={value.l1} min={0} max={1000} onChange={(l1) => change({ l1 })} />
        <NumberField label="L2" value={value.l2} min={0} max={1000} onChange={(l2) => change({ l2 })} />
        <RangeField
          label="Dropout"
          value={dropout}
          min={0}
          max={0.8}
          step={0.05}
          shown={percent(dropout)}
          disabled={value.hidden.length === 0}
          onChange={setDropout}
        />
        <SelectField
          label="First weights"
          value={value.weightInit as (typeof initializers)[number]}
          options={initializers}
          onChange={(weightInit) => change({ weightInit })}
        />
        <NumberField
          label="Seed"
          value={value.seed}
          min={0}
          max={LARGEST_SEED}
          isWhole
          onChange={(seed) => change({ seed })}
        />
        <SelectField
          label="Numbers"
          value={value.dtype}
          options={['float32', 'float64']}
          onChange={(dtype) => change({ dtype })}
        />
        <SelectField
          label="Engine"
          value={value.engine}
          options={[
            { value: 'auto', title: 'WebAssembly if there is' },
            { value: 'wasm', title: 'WebAssembly' },
            { value: 'typescript', title: 'TypeScript' },
          ]}
          onChange={(engine) => change({ engine })}
        />
      </div>
    </details>
  )
}
