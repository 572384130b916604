// The race: the same network, rows and seed in WebAssembly and in TypeScript, and a plain loop beside them.
import { signal } from '@preact/signals'
import { copy } from '../files.ts'
import { Card } from '../ui/card.tsx'
import { Chart, type Line } from '../ui/chart.tsx'
import { Segmented, SelectField } from '../ui/fields.tsx'
import { grouped, rough, short } from '../ui/numbers.ts'
import { type Runner, runners } from './messages.ts'
import { type Lane, race, ratioOf, settled, spreadOf, TURN_MILLISECONDS, timerStep } from './race-run.ts'
import { resultOf } from './result.ts'
import { type Dtype, type Size, type SizeName, sizes } from './sizes.ts'
import { Sweep } from './sweep.tsx'
import './race.css'

const runnerTitles: Record<Runner, string> = {
  wasm: 'WebAssembly',
  typescript: 'TypeScript',
  plain: 'Plain loop with Math.exp',
}
const runnerColors: Record<Runner, string> = { wasm: '--blue', typescript: '--orange', plain: '--good' }

const size = signal<SizeName>('tutorial')
const isShort = signal(false)
const dtype = signal<Dtype | undefined>(undefined)
const lanes = signal<Partial<Record<Runner, Lane>>>({})
const state = signal<'idle' | 'running' | 'done'>('idle')
const warnings = signal<readonly string[]>([])
const failure = signal('')
const said = signal('')
let stopper = new AbortController()

const chosenDtype = () => dtype.value ?? sizes[size.value].dtype
const chosenSize = (): Size => {
  const whole: Size = sizes[size.value]
  return isShort.value ? { ...whole, epochs: whole.shortEpochs } : whole
}

/** Before another race is chosen */
function clear(): void {
  lanes.value = {}
  state.value = 'idle'
}
/** Coarser than this, turns are measured badly. */
const COARSE_MILLISECONDS = 0.5

async function start(): Promise<void> {
  stopper = new AbortController()
  state.value = 'running'
  lanes.value = {}
  failure.value = ''
  said.value = ''
  warnings.value = warningsBefore()
  const onHidden = () => {
    if (document.hidden)
      warn('The tab was hidden meanwhile: browsers slow such tabs down, so the figures are doubtful.')
  }
  document.addEventListener('visibilitychange', onHidden)
  try {
    const tell = (lane: Lane) => {
      lanes.value = { ...lanes.value, [lane.runner]: lane }
    }
    await race(chosenSize(), chosenDtype(), runners, tell, stopper.signal)
    warnIfSlow()
  } catch (error) {
    failure.value = (error as Error).message
  }
  document.removeEventListener('visibilitychange', onHidden)
  state.value = 'done'
}

const warn = (text: string) => {
  if (!warnings.value.includes(text)) warnings.value = [...warnings.value, text]
}

function warningsBefore(): string[] {
  const step = timerStep()
  if (step <= COARSE_MILLISECONDS) return []
  return [`This browser’s clock moves in steps of ${short(step)} ms: single turns are rough, the totals hold.`]
}

function warnIfSlow(): void {
  const { wasm, typescript } = lanes.value
  if (!wasm || !typescript || ratioOf(wasm, typescript).median >= 1) return
  warn(
    'WebAssembly came in second, which is not usual: open developer tools keep it from being optimized. Close them and race again.',
  )
}

function lengthTitle(length: 'whole' | 'short'): string {
  const { epochs, shortEpochs } = sizes[size.value]
  return `${grouped(length === 'short' ? shortEpochs : epochs)} epochs`
}

export function Race() {
  return (
    <div class="race">
      <section class="card" aria-labelledby="race-title">
        <h1 id="race-title">WebAssembly against TypeScript</h1>
        <p class="quiet">
          The same network, the same rows, the same seed: each trains as many epochs, in turns of {TURN_MILLISECONDS}{' '}
          ms, in a worker of its own. The first two end with the same weights to the last bit.
        </p>
        <Controls />
        {failure.value !== '' && <p class="note bad">{failure.value}</p>}
        {warnings.value.map((warning) => (
          <p key={warning} class="note warn">
            {warning}
          </p>
        ))}
        <div class="lanes">
          {runners.map((runner) => (
            <LaneView key={runner} runner={runner} lane={lanes.value[runner]} epochs={chosenSize().epochs} />
          ))}
        </div>
        <Curves />
        {state.value === 'done' && failure.value === '' && <Outcome />}
      </section>
      <Card title="At every size">
        <Sweep />
      </Card>
    </div>
  )
}

function Controls() {
  const isRunning = state.value === 'running'
  return (
    <div class="row controls">
      <button type="button" class="button primary play" onClick={() => (isRunning ? stopper.abort() : void start())}>
        {isRunning ? 'Stop' : 'Race'}
      </button>
      <SelectField
        label="Network"
        isLabelHidden
        value={size.value}
        disabled={isRunning}
        options={Object.entries(sizes).map(([value, { title }]) => ({ value: value as SizeName, title }))}
        onChange={(value) => {
          size.value = value
          dtype.value = undefined
          clear()
        }}
      />
      <Segmented
        legend="Length"
        value={isShort.value ? 'short' : 'whole'}
        options={(['whole', 'short'] as const).map((value) => ({ value, title: lengthTitle(value) }))}
        onChange={(value) => {
          if (isRunning) return
          isShort.value = value === 'short'
          clear()
        }}
      />
      <Segmented
        legend="Numbers"
        value={chosenDtype()}
        options={(['float32', 'float64'] as const).map((value) => ({ value, title: value }))}
        onChange={(value) => {
          if (!isRunning) dtype.value = value
        }}
      />
    </div>
  )
}

function LaneView({ runner, lane, epochs }: { runner: Runner; lane: Lane | undefined; epochs: number }) {
  const rates = lane ? spreadOf(settled(lane)) : undefined
  const done = lane ? Math.min(1, lane.epochs / epochs) : 0
  return (
    <div class="lane">
      <b>{runnerTitles[runner]}</b>
      <progress class={runner} max={1} value={done} aria-label={`${runnerTitles[runner]}: epochs`} />
      <span class="number rate">{rates && rates.median > 0 ? `${rough(rates.median)} rows/s` : '–'}</span>
      <span class="small quiet">
        {lane
          ? `epoch ${grouped(lane.epochs)} of ${grouped(epochs)}, ${short((lane.times.at(-1) ?? 0) / 1000)} s`
          : 'waits'}
      </span>
    </div>
  )
}

/** Losses over the time each has trained, on one axis */
function Curves() {
  const present = runners.flatMap((runner) => lanes.value[runner] ?? []).filter(({ times }) => times.length > 0)
  if (present.length === 0) return null
  const x = [...new Set(present.flatMap(({ times }) => times))].sort((a, b) => a - b)
  const lines: Line[] = present.map(({ runner, times, losses }) => {
    const at = new Map(times.map((time, turn) => [time, losses[turn]]))
    const dash = runner === 'plain' ? [4, 4] : undefined
    return {
      label: runnerTitles[runner],
      color: runnerColors[runner],
      dash,
      values: x.map((time) => at.get(time) ?? null),
    }
  })
  return <Chart name="Loss by time of training" xLabel="ms" x={x} lines={lines} isLog isShowingPoints />
}

function Outcome() {
  const { wasm, typescript, plain } = lanes.value
  if (!wasm || !typescript || wasm.hash === '' || typescript.hash === '') return null
  const ratio = ratioOf(wasm, typescript)
  const areEqual = wasm.hash === typescript.hash && wasm.epochs === typescript.epochs
  const copyResult = async () => {
    const text = JSON.stringify(resultOf(size.value, chosenDtype(), lanes.value, warnings.value), null, 2)
    said.value = (await copy(text)) ? 'Copied.' : text
  }
  return (
    <div class="outcome">
      <p class="headline">
        WebAssembly is <b data-testid="ratio">{short(ratio.median)} times</b> as fast as TypeScript here
        <span class="quiet small">
          {' '}
          (half of the turns between {short(ratio.low)} and {short(ratio.high)})
        </span>
      </p>
      <p class={areEqual ? 'note good' : 'note bad'} data-testid="hashes">
        {areEqual ? 'Equal weights, to the last bit: ' : 'The weights differ: '}
        <code class="number">{wasm.hash}</code> {areEqual ? 'in both.' : <code class="number">{typescript.hash}</code>}
      </p>
      {plain && <AgainstPlain wasm={wasm} plain={plain} />}
      <ColdStarts />
      <div class="row">
        <button type="button" class="button" onClick={copyResult}>
          Copy the result as JSON
        </button>
        <span role="status" class="small breakable">
          {said.value}
        </span>
      </div>
    </div>
  )
}

function AgainstPlain({ wasm, plain }: { wasm: Lane; plain: Lane }) {
  return (
    <p class="small quiet">
      It is <b data-testid="ratio-to-plain">{short(ratioOf(wasm, plain).median)} times</b> as fast as the plain loop,
      which is written for this network alone. That one ends with <code class="number">{plain.hash}</code>:{' '}
      <code>Math.exp</code> may differ in its last bit from browser to browser, and its sums run in another order. After
      thousands of steps such bits have grown.
    </p>
  )
}

function ColdStarts() {
  const present = runners.flatMap((runner) => lanes.value[runner] ?? [])
  return (
    <table class="cold">
      <caption class="small">Cold starts, which the figures above leave out, in milliseconds</caption>
      <thead>
        <tr>
          <th scope="col">runner</th>
          <th scope="col" class="number">
            worker and code
          </th>
          <th scope="col" class="number">
            network
          </th>
          <th scope="col" class="number">
            first epoch
          </th>
        </tr>
      </thead>
      <tbody>
        {present.map(({ runner, start, made, firstEpoch }) => (
          <tr key={runner}>
            <th scope="row">{runnerTitles[runner]}</th>
            <td class="number">{short(start)}</td>
            <td class="number">{short(made)}</td>
            <td class="number">{short(firstEpoch)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
