// The loss over all epochs, over the slider that goes through them: its line, and a mark at the epoch that is shown.
import { long } from './math.tsx'
import { goTo } from './run.ts'

const WIDTH = 1000
const HEIGHT = 120
const POINTS = 400

/** As the logarithm, so that the slow end is seen too */
export function LossChart({ losses, epoch }: { losses: Float64Array; epoch: number }) {
  const logs = sampled(losses).map(({ at, loss }) => ({ at, log: Math.log10(loss) }))
  const low = Math.min(...logs.map(({ log }) => log))
  const high = Math.max(...logs.map(({ log }) => log))
  const x = (at: number) => (at / losses.length) * WIDTH
  const y = (log: number) => 8 + (HEIGHT - 16) * (1 - (log - low) / (high - low || 1))
  const line = logs.map(({ at, log }, index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(log).toFixed(1)}`)
  const at = Math.min(epoch, losses.length - 1)
  const pick = (event: MouseEvent) => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect()
    goTo(((event.clientX - box.left) / box.width) * losses.length)
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the slider below is the same for the keyboard
    <svg
      class="loss-chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Loss over ${losses.length} epochs, from ${long(losses[0])} to ${long(losses[losses.length - 1])}`}
      onClick={pick}
    >
      <path class="area" d={`${line.join('')}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />
      <path class="line" d={line.join('')} />
      <line class="mark" x1={x(epoch)} x2={x(epoch)} y1={0} y2={HEIGHT} />
      <circle class="dot" cx={x(epoch)} cy={y(Math.log10(losses[at]))} r={4} />
    </svg>
  )
}

/** Dense at the start, where the line is steep */
function sampled(losses: Float64Array): { at: number; loss: number }[] {
  const indexes = Array.from({ length: POINTS }, (_, i) => Math.floor((losses.length - 1) * (i / (POINTS - 1)) ** 3))
  return [...new Set(indexes)].map((at) => ({ at, loss: Math.max(losses[at], Number.MIN_VALUE) }))
}
