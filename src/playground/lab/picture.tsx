// The picture of what the network gives, with the rows on it: to be pointed at, walked over by arrow keys, and drawn on.
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { isDark } from '../theme.tsx'
import { percent, portion, short } from '../ui/numbers.ts'
import { classOf, type Grid } from './looks.ts'
import { colorOfClass, css, PIXELS, paintFit, paintFitted, paintPoints, paintSurface } from './paint.ts'
import { divide, type Problem } from './problem.ts'
import { change, currentRun, grid, problem, setup, surface } from './session.ts'

/** Shares of the picture from its left and upper edge */
interface Place {
  readonly x: number
  readonly y: number
}

interface Layers {
  readonly lower: HTMLCanvasElement
  readonly upper: HTMLCanvasElement
}

let layers: Layers | undefined

/** All that lies one over the other, as a file */
export function pictureBlob(): Promise<Blob | null> {
  const whole = document.createElement('canvas')
  const context = whole.getContext('2d')
  if (layers === undefined || context === null) return Promise.resolve(null)
  whole.width = PIXELS
  whole.height = PIXELS
  context.imageSmoothingQuality = 'high'
  for (const layer of [layers.lower, layers.upper]) context.drawImage(layer, 0, 0, PIXELS, PIXELS)
  return new Promise((resolve) => whole.toBlob(resolve))
}

export function Picture() {
  const lower = useRef<HTMLCanvasElement>(null)
  const upper = useRef<HTMLCanvasElement>(null)
  const place = useSignal<Place | undefined>(undefined)
  const brush = useSignal(0)
  const [shown, learned, outputs] = [grid.value, problem.value, surface.value]
  const dark = isDark()
  useEffect(() => {
    layers = lower.current && upper.current ? { lower: lower.current, upper: upper.current } : undefined
    if (layers && shown && learned) paintRows(layers, shown, learned, dark)
  }, [shown, learned, dark])
  useEffect(() => {
    if (layers && shown && learned && outputs) paintOutputs(layers, shown, outputs, learned, dark)
  }, [shown, learned, outputs, dark])
  const isDrawn = setup.value.data.kind === 'points'
  if (!shown || !learned) return <div class="picture empty" />
  const said = place.value && outputs ? textAt(place.value, shown, outputs, learned) : ''
  const add = (at: Place) => {
    if (isDrawn) addPoint(valueAt(shown, at), brush.value)
  }
  return (
    <div class="picture-frame">
      {isDrawn && <Brushes chosen={brush.value} onChoose={(value) => (brush.value = value)} />}
      <div class="picture">
        <canvas ref={lower} />
        <canvas
          ref={upper}
          tabIndex={0}
          role="img"
          aria-label={nameOf(learned, shown, isDrawn)}
          onPointerMove={(event) => (place.value = pointed(event))}
          onPointerLeave={() => (place.value = undefined)}
          onClick={(event) => add(pointed(event))}
          onKeyDown={(event) => {
            if (isDrawn && (event.key === 'Enter' || event.key === ' ')) add(place.value ?? { x: 0.5, y: 0.5 })
            else if (!event.key.startsWith('Arrow')) return
            else place.value = moved(place.value, event.key)
            event.preventDefault()
          }}
        />
        {place.value && (
          <span class="crosshair" style={{ left: portion(place.value.x), top: portion(place.value.y) }} />
        )}
      </div>
      <p class="axis small">
        {axisText(learned, shown, 0)}
        {shown.axes.length > 1 && <> · {axisText(learned, shown, 1)} upwards</>}
      </p>
      <p class={said ? 'reading number small' : 'reading small quiet'} role="status">
        {said ||
          (isDrawn
            ? 'Click, or walk with the arrow keys and press Enter, to add a point.'
            : 'Point at the picture, or walk with the arrow keys.')}
      </p>
    </div>
  )
}

/** The rows lie over the surface, and under a fitted curve. They stay while it trains. */
function paintRows({ lower, upper }: Layers, shown: Grid, learned: Problem, dark: boolean): void {
  const points = currentRun()?.division ?? divide(learned, 0, 0)
  if (shown.axes.length === 1) paintFitted(lower, shown, points, learned, dark)
  else paintPoints(upper, shown, points, learned)
}

function paintOutputs({ lower, upper }: Layers, shown: Grid, outputs: Float32Array, learned: Problem, dark: boolean) {
  const columns = learned.classes.length > 2 ? learned.classes.length : 1
  if (outputs.length !== shown.rows * columns) return // of what was there before
  if (shown.axes.length === 1) paintFit(upper, shown, outputs, learned)
  else paintSurface(lower, shown, outputs, learned, dark)
}

function Brushes({ chosen, onChoose }: { chosen: number; onChoose(value: number): void }) {
  const clear = () => change({ data: { kind: 'points', points: [] } })
  return (
    <div class="row">
      <fieldset class="segmented">
        <legend class="only-heard">Class of new points</legend>
        {['blue', 'orange', 'green'].map((name, value) => (
          <label key={name} class={chosen === value ? 'chosen' : undefined}>
            <input type="radio" name="brush" checked={chosen === value} onChange={() => onChoose(value)} />
            <i class="dot" style={{ background: css(colorOfClass(value)) }} />
            {name}
          </label>
        ))}
      </fieldset>
      <button type="button" class="button small" onClick={clear}>
        Clear
      </button>
    </div>
  )
}

const pointed = (event: MouseEvent): Place => {
  const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect()
  return { x: clamp((event.clientX - left) / width), y: clamp((event.clientY - top) / height) }
}

const clamp = (share: number) => Math.max(0, Math.min(0.9999, share))

const STRIDE = 1 / 30
function moved(place: Place | undefined, key: string): Place {
  const { x, y } = place ?? { x: 0.5, y: 0.5 }
  if (key === 'ArrowLeft') return { x: clamp(x - STRIDE), y }
  if (key === 'ArrowRight') return { x: clamp(x + STRIDE), y }
  return { x, y: clamp(y + (key === 'ArrowUp' ? -STRIDE : STRIDE)) }
}

const between = ([low, high]: readonly [number, number], share: number) => low + (high - low) * share

function valueAt({ ranges }: Grid, { x, y }: Place): [number, number] {
  return [between(ranges[0], x), ranges.length > 1 ? between(ranges[1], 1 - y) : 0]
}

function textAt(place: Place, { axes, ranges, cells }: Grid, outputs: Float32Array, learned: Problem): string {
  const { inputNames, targetName, classes, task } = learned
  const column = Math.floor(place.x * cells)
  const cell = axes.length === 1 ? column : Math.floor(place.y * cells) * cells + column
  const inputs = axes.map((axis, index) => {
    const share = index === 0 ? place.x : 1 - place.y
    return `${inputNames[axis]} ${short(between(ranges[index], share))}`
  })
  if (task === 'numbers') return `${inputs.join(', ')} → ${targetName} ${short(outputs[cell], 4)}`
  const winner = classOf(outputs, cell, classes.length)
  const share =
    classes.length > 2 ? outputs[cell * classes.length + winner] : winner ? outputs[cell] : 1 - outputs[cell]
  return `${inputs.join(', ')} → ${classes[winner]} ${percent(share)}`
}

const axisText = ({ inputNames }: Problem, { axes, ranges }: Grid, index: number) =>
  `${inputNames[axes[index]]} from ${short(ranges[index][0])} to ${short(ranges[index][1])}`

function nameOf(learned: Problem, shown: Grid, isDrawn: boolean): string {
  const axes = shown.axes.map((axis) => learned.inputNames[axis]).join(' and ')
  const drawing = isDrawn ? ' Enter adds a point where the cursor is.' : ''
  return `What the network gives for ${learned.targetName} over ${axes}, with the rows. Arrow keys read it.${drawing}`
}

function addPoint([x, y]: [number, number], kind: number): void {
  const { data } = setup.value
  if (data.kind !== 'points') return
  const round = (value: number) => Math.round(value * 1000) / 1000
  void change({ data: { kind: 'points', points: [...data.points, [round(x), round(y), kind]] } })
}
