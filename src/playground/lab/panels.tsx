// What can be seen of a network beside its picture: losses, how it judges rows, its weights and gradients.
import type { LayerWeights } from 'wasmprop'
import { Chart } from '../ui/chart.tsx'
import { percent, short } from '../ui/numbers.ts'
import type { Judged } from './looks.ts'
import * as session from './session.ts'

export function LossChart() {
  const { losses, lossCount } = session
  void lossCount.value // drawn anew at each look
  const lines = [
    { label: 'training loss', color: '--orange', values: losses.training },
    ...(losses.hasValidation ? [{ label: 'held out', color: '--blue', dash: [6, 4], values: losses.validation }] : []),
  ]
  if (losses.epochs.length === 0) {
    return <p class="empty-chart quiet small">The loss appears here, epoch by epoch, once you press Train.</p>
  }
  return <Chart name="Loss by epoch" xLabel="epoch" x={losses.epochs} lines={lines} />
}

export function Judgement() {
  const { judged, problem } = session
  const learned = problem.value
  const seen = judged.value?.validation ?? judged.value?.training
  if (!learned || !seen) return null
  const which = judged.value?.validation ? 'held-out rows' : 'training rows'
  if (learned.task === 'classes') return <Confusion judged={seen} classes={learned.classes} which={which} />
  return <Against judged={seen} which={which} />
}

/** Of more classes the table would be drawn for longer than a frame. */
const MOST_SHOWN_CLASSES = 20

function Confusion({ judged, classes, which }: { judged: Judged; classes: readonly string[]; which: string }) {
  const confusion = judged.confusion
  if (confusion === undefined || confusion.length !== classes.length) return null
  const most = Math.max(1, ...confusion.flat())
  const shown = classes.slice(0, MOST_SHOWN_CLASSES)
  return (
    <div class="table-scroll">
      <table class="confusion">
        <caption>
          {percent(judged.score)} of {judged.rows.rows} {which} found
          {shown.length < classes.length && `; the first ${shown.length} of ${classes.length} classes`}
        </caption>
        <thead>
          <tr>
            <th scope="col">true ↓ predicted →</th>
            {shown.map((name) => (
              <th key={name} scope="col" title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((name, row) => (
            <tr key={name}>
              <th scope="row" title={name}>
                {name}
              </th>
              {confusion[row].slice(0, shown.length).map((count, column) => (
                <td
                  key={classes[column]}
                  class={row === column ? 'number hit' : 'number miss'}
                  style={{ '--share': `${Math.round((100 * count) / most)}%` }}
                >
                  {count}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const SIZE = 240
const MARGIN = 30
const MOST_DOTS = 400

function Against({ judged, which }: { judged: Judged; which: string }) {
  const { rows, outputs, score } = judged
  const pairs = Array.from(
    { length: Math.min(rows.rows, MOST_DOTS) },
    (_, row) => [rows.targets[row], outputs[row]] as const,
  )
  const all = pairs.flat()
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const span = high - low || 1
  const at = (value: number) => MARGIN + ((value - low) / span) * (SIZE - 2 * MARGIN)
  const worst = [...pairs].sort((a, b) => Math.abs(b[1] - b[0]) - Math.abs(a[1] - a[0])).slice(0, 8)
  return (
    <div class="against">
      <svg
        viewBox={`0 0 ${SIZE} ${SIZE}`}
        role="img"
        aria-label={`Predicted against actual, ${which}: R² ${short(score)}`}
      >
        <path d={`M${at(low)} ${SIZE - at(low)}L${at(high)} ${SIZE - at(high)}`} class="diagonal" />
        {pairs.map(([truth, predicted], index) => (
          <circle key={index} cx={at(truth)} cy={SIZE - at(predicted)} r="3" class="dot" />
        ))}
        <text x={SIZE / 2} y={SIZE - 6} text-anchor="middle">
          actual
        </text>
        <text x="10" y={SIZE / 2} transform={`rotate(-90 10 ${SIZE / 2})`} text-anchor="middle">
          predicted
        </text>
      </svg>
      <table>
        <caption>
          R² {short(score)} on {rows.rows} {which}; the largest errors
        </caption>
        <thead>
          <tr>
            <th scope="col">actual</th>
            <th scope="col">predicted</th>
            <th scope="col">error</th>
          </tr>
        </thead>
        <tbody>
          {worst.map(([truth, predicted], index) => (
            <tr key={index}>
              <td class="number">{short(truth, 4)}</td>
              <td class="number">{short(predicted, 4)}</td>
              <td class="number">{short(predicted - truth, 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Histograms() {
  const seen = session.units.value
  if (seen === undefined) return null
  return (
    <div class="histograms">
      {seen.weights.map((layer, index) => (
        <div key={index}>
          <h3>{index === seen.weights.length - 1 ? 'Output layer' : `Layer ${index + 1}`}</h3>
          <Histogram name="weights" color="--blue" layer={layer} />
          <Histogram name="gradients" color="--orange" layer={seen.gradients[index]} />
        </div>
      ))}
    </div>
  )
}

const BINS = 25
const BAR_HEIGHT = 44

function Histogram({ name, color, layer }: { name: string; color: string; layer: LayerWeights | undefined }) {
  if (layer === undefined) return null
  const values = [...layer.weights.flat(), ...layer.biases]
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-12)
  const counts = new Array<number>(BINS).fill(0)
  for (const value of values) counts[Math.min(BINS - 1, Math.floor(((value / most + 1) / 2) * BINS))]++
  const highest = Math.max(...counts)
  const mean = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length
  return (
    <figure class="histogram">
      <svg
        viewBox={`0 0 ${BINS * 8} ${BAR_HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${values.length} ${name}, from ${short(-most)} to ${short(most)}`}
      >
        {counts.map((count, bin) => {
          const height = (count / highest) * (BAR_HEIGHT - 2)
          return (
            <rect
              key={bin}
              x={bin * 8 + 0.5}
              y={BAR_HEIGHT - height}
              width="7"
              height={height}
              style={{ fill: `var(${color})` }}
            />
          )
        })}
      </svg>
      <figcaption class="small quiet">
        {name} within ±{short(most)}, {short(mean)} on average
      </figcaption>
    </figure>
  )
}
