// The sweep over sizes: rows a second of each runner as the hidden layer widens, and where one overtakes another.
import { signal } from '@preact/signals'
import { Chart } from '../ui/chart.tsx'
import { short } from '../ui/numbers.ts'
import { type Runner, runners } from './messages.ts'
import { measure } from './race-run.ts'
import { sizeOfWidth, widths } from './sizes.ts'

const titles: Record<Runner, string> = { wasm: 'WebAssembly', typescript: 'TypeScript', plain: 'plain loop' }
const colors: Record<Runner, string> = { wasm: '--blue', typescript: '--orange', plain: '--good' }

const measured = signal<readonly { readonly width: number; readonly rates: readonly number[] }[]>([])
const isRunning = signal(false)
const failure = signal('')
let stopper = new AbortController()

async function sweep(): Promise<void> {
  stopper = new AbortController()
  isRunning.value = true
  measured.value = []
  failure.value = ''
  try {
    for (const width of widths) {
      if (stopper.signal.aborted) break
      const rates = await measure(sizeOfWidth(width), 'float32', runners, stopper.signal)
      if (!stopper.signal.aborted) measured.value = [...measured.value, { width, rates }]
    }
  } catch (error) {
    failure.value = (error as Error).message
  }
  isRunning.value = false
}

export function Sweep() {
  const lines = runners.map((runner, index) => ({
    label: titles[runner],
    color: colors[runner],
    dash: runner === 'plain' ? [4, 4] : undefined,
    values: measured.value.map(({ rates }) => rates[index]),
  }))
  return (
    <>
      <p class="quiet">
        16 inputs, one hidden layer of 1 to 256 units, one output, float32: who trains more rows a second?
      </p>
      <div class="row">
        <button type="button" class="button" onClick={() => (isRunning.value ? stopper.abort() : void sweep())}>
          {isRunning.value ? 'Stop' : 'Measure all sizes'}
        </button>
        <span class="small" role="status">
          {isRunning.value ? `${measured.value.length} of ${widths.length}` : crossoverText()}
        </span>
      </div>
      {failure.value !== '' && <p class="note bad">{failure.value}</p>}
      {measured.value.length > 1 && (
        <Chart
          name="Rows a second by units"
          xLabel="units"
          x={measured.value.map(({ width }) => width)}
          lines={lines}
          isLog
          isLogX
          height={240}
        />
      )}
    </>
  )
}

/** Where WebAssembly passes each of the others for good */
function crossoverText(): string {
  if (measured.value.length < widths.length) return ''
  const [wasm, ...others] = runners
  const at = runners.indexOf(wasm)
  const sentences = others.map((other) => {
    const index = runners.indexOf(other)
    const ahead = measured.value.map(({ rates }) => rates[at] > rates[index])
    const from = ahead.lastIndexOf(false) + 1
    const most = Math.max(...measured.value.map(({ rates }) => rates[at] / rates[index]))
    if (from === 0) return `ahead of the ${titles[other]} at every size, up to ${short(most)} times`
    if (from === widths.length) return `behind the ${titles[other]} at the largest`
    return `ahead of the ${titles[other]} from ${widths[from]} units on, up to ${short(most)} times`
  })
  return `WebAssembly is ${sentences.join('; ')}.`
}
