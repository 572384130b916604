// A chart of lines over one x, drawn by uPlot. It can be focused: arrow keys move along its points and say them; its numbers are
// a table as well.
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { isDark } from '../theme.tsx'
import { rough, short } from './numbers.ts'

export interface Line {
  readonly label: string
  /** A CSS variable's name */
  readonly color: string
  readonly dash?: readonly number[]
  readonly values: readonly (number | null)[]
}

interface ChartProps {
  readonly name: string
  readonly xLabel: string
  readonly x: readonly number[]
  readonly lines: readonly Line[]
  readonly height?: number
  /** Powers of ten upwards, and sideways */
  readonly isLog?: boolean
  readonly isLogX?: boolean
  readonly isShowingPoints?: boolean
}

const TABLE_ROWS = 12

export function Chart({
  name,
  xLabel,
  x,
  lines,
  height = 170,
  isLog = false,
  isLogX = false,
  isShowingPoints = isLogX,
}: ChartProps) {
  const { holder, plot } = usePlot({ x, lines, height, isLog, isLogX, isShowingPoints })
  const place = useSignal(-1)
  const isOpen = useSignal(false)
  const move = (event: KeyboardEvent) => {
    const to = nextPlace(event.key, place.value, x.length)
    if (to === undefined || x.length === 0) return
    event.preventDefault()
    place.value = to
    const left = plot.current?.valToPos(isLogX ? Math.log10(x[to]) : x[to], 'x') ?? 0
    plot.current?.setCursor({ left, top: 10 })
  }
  const said = place.value >= 0 && place.value < x.length ? pointText(xLabel, x, lines, place.value) : ''
  return (
    <div class="chart">
      <div class="chart-legend small">
        {lines.map(({ label, color, dash }) => (
          <span key={label}>
            <i class={dash ? 'dashed' : undefined} style={{ borderColor: `var(${color})` }} />
            {label}
          </span>
        ))}
        <span class="chart-point number" role="status">
          {said}
        </span>
      </div>
      <div
        ref={holder}
        class="chart-canvas"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys read its points
        tabIndex={0}
        role="img"
        aria-label={`${name}. Arrow keys read its points.`}
        onKeyDown={move}
      />
      <details class="small" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
        <summary>Numbers</summary>
        {isOpen.value && <NumbersTable name={name} xLabel={xLabel} x={x} lines={lines} />}
      </details>
    </div>
  )
}

/** A plot in `holder`, as wide as that: made anew where its kind changes, and given its numbers at every rendering */
function usePlot({ x, lines, height, isLog, isLogX, isShowingPoints }: Required<Omit<ChartProps, 'name' | 'xLabel'>>) {
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const shape = `${lines.map(({ label }) => label).join()}${isLog}${isLogX}${isDark()}`
  useEffect(() => {
    const element = holder.current!
    const made = new uPlot(
      optionsOf({ lines, isLog, isLogX, isShowingPoints, width: element.clientWidth, height }),
      dataOf(x, lines, { isLog, isLogX }),
      element,
    )
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [shape])
  useEffect(() => plot.current?.setData(dataOf(x, lines, { isLog, isLogX })))
  return { holder, plot }
}

function NumbersTable({ name, xLabel, x, lines }: Pick<ChartProps, 'name' | 'xLabel' | 'x' | 'lines'>) {
  const count = Math.min(TABLE_ROWS, x.length)
  const places = Array.from({ length: count }, (_, row) => Math.round((row * (x.length - 1)) / Math.max(1, count - 1)))
  return (
    <table>
      <caption class="only-heard">{name}</caption>
      <thead>
        <tr>
          <th scope="col">{xLabel}</th>
          {lines.map(({ label }) => (
            <th key={label} scope="col" class="number">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {places.map((place) => (
          <tr key={place}>
            <th scope="row" class="number">
              {short(x[place], 6)}
            </th>
            {lines.map(({ label, values }) => (
              <td key={label} class="number">
                {values[place] == null ? '–' : short(values[place] as number, 5)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function nextPlace(key: string, place: number, count: number): number | undefined {
  const stride = Math.max(1, Math.round(count / 50))
  const to: Record<string, number> = {
    ArrowRight: place + 1,
    ArrowLeft: place < 0 ? count - 1 : place - 1,
    PageDown: place + stride,
    PageUp: place - stride,
    Home: 0,
    End: count - 1,
  }
  return Object.hasOwn(to, key) ? Math.max(0, Math.min(count - 1, to[key])) : undefined
}

function pointText(xLabel: string, x: readonly number[], lines: readonly Line[], place: number): string {
  const values = lines.filter(({ values }) => values[place] != null)
  return `${xLabel} ${short(x[place], 6)}: ${values.map(({ label, values }) => `${label} ${short(values[place] as number, 4)}`).join(', ')}`
}

type Axes = Pick<ChartProps, 'isLog' | 'isLogX'>

/** Logarithms are taken here: uPlot's own logarithmic scales do not end where values lie within a decade. */
const dataOf = (x: readonly number[], lines: readonly Line[], { isLog, isLogX }: Axes) =>
  [
    isLogX ? x.map(Math.log10) : x,
    ...lines.map(({ values }) => (isLog ? values.map(logarithm) : values)),
  ] as unknown as uPlot.AlignedData

const logarithm = (value: number | null) => (value === null || !(value > 0) ? null : Math.log10(value))

const tick = (value: number | null, isLog: boolean | undefined) =>
  value === null ? '' : rough(isLog ? 10 ** value : value)

type Shape = Pick<ChartProps, 'lines' | 'isLog' | 'isLogX' | 'isShowingPoints'> & { width: number; height: number }

function optionsOf({ lines, isLog, isLogX, isShowingPoints, width, height }: Shape): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const probe = document.createElement('span')
  document.body.append(probe)
  // Canvases know no variables: the browser resolves them.
  const colorOf = (variable: string) => {
    probe.style.color = `var(${variable})`
    return getComputedStyle(probe).color
  }
  const axis = {
    stroke: colorOf('--quiet'),
    grid: { stroke: colorOf('--line'), width: 1 },
    ticks: { show: false },
    font: `11px ${style.getPropertyValue('--font')}`,
  }
  const options: uPlot.Options = {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { x: { time: false } },
    axes: [
      {
        ...axis,
        size: 26,
        ...(isLogX ? { splits: (plot: uPlot) => [...plot.data[0]] } : {}),
        values: (_, splits) => splits.map((value) => tick(value, isLogX)),
      },
      { ...axis, size: 52, values: (_, splits) => splits.map((value) => tick(value, isLog)) },
    ],
    series: [
      {},
      ...lines.map(({ label, color, dash }) => ({
        label,
        stroke: colorOf(color),
        width: 2,
        dash: dash as number[] | undefined,
        points: { show: isShowingPoints, size: 5 },
        spanGaps: true,
      })),
    ],
  }
  probe.remove()
  return options
}
