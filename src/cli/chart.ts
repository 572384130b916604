// A training's losses as a small chart of text.
import asciichart from 'asciichart'
import { chartColor, width } from './terminal.ts'

const ROWS = 8
/** Losses that fall by more than this factor are drawn on a logarithmic scale. */
const LARGEST_LINEAR_FACTOR = 10

/** Losses at evenly spaced epochs, first and last included */
export function sampleLosses(losses: ArrayLike<number>, count: number): { epoch: number; loss: number }[] {
  const last = losses.length - 1
  const points = Math.min(count, losses.length)
  return Array.from({ length: points }, (_, i) => {
    const index = points === 1 ? 0 : Math.round((i * last) / (points - 1))
    return { epoch: index + 1, loss: losses[index] }
  })
}

/** The chart with its epochs below; nothing where there is no curve */
export function lossChart(losses: ArrayLike<number>): string[] {
  const values = sampleLosses(losses, width - 14).map(({ loss }) => loss)
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  if (values.length < 2 || !(greatest > least)) return []
  const isLogarithmic = least > 0 && greatest / least > LARGEST_LINEAR_FACTOR
  const label = labelOf(least, greatest, isLogarithmic)
  const series = isLogarithmic ? values.map(Math.log10) : values
  const labelWidth = Math.max(label(series[0]).length, label(isLogarithmic ? Math.log10(least) : least).length)
  const chart = asciichart.plot(series, {
    height: ROWS,
    format: (value) => `  ${label(value).padStart(labelWidth)} `,
    colors: [chartColor],
  })
  const lines = chart.split('\n').map((line) => line.trimEnd())
  const last = String(losses.length)
  const scale = isLogarithmic ? ' (logarithmic scale)' : ''
  return [...lines, `${' '.repeat(labelWidth + 4)}epoch 1${`to ${last}${scale}`.padStart(values.length - 7)}`]
}

/** Labels with as many digits as it takes to tell rows apart */
function labelOf(least: number, greatest: number, isLogarithmic: boolean): (value: number) => string {
  const digits = isLogarithmic ? 2 : Math.min(9, Math.max(3, Math.ceil(Math.log10(greatest / (greatest - least))) + 2))
  const isSmall = greatest < 1e-2 || isLogarithmic
  return (value) => {
    const loss = isLogarithmic ? 10 ** value : value
    return isSmall ? loss.toExponential(digits - 1) : loss.toPrecision(digits)
  }
}
