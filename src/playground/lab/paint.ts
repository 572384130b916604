// Paints what networks give onto canvases: blue to orange for one output, a colour each for several classes.
import { classOf, type Grid } from './looks.ts'
import type { Part, Problem } from './problem.ts'

type Color = readonly [number, number, number]

/** Told apart by every kind of colour blindness (after Okabe and Ito), in the order of the classes */
const CLASS_COLORS: readonly Color[] = [
  [8, 119, 189],
  [222, 120, 20],
  [0, 150, 115],
  [190, 90, 150],
  [120, 100, 60],
  [90, 90, 200],
  [200, 60, 60],
  [100, 110, 120],
]
const LIGHT: Color = [250, 250, 250]
const DARK: Color = [24, 31, 38]
/** How much of the full colour a surface takes, so that points stand out on it */
const STRENGTH = 0.62

export const colorOfClass = (place: number): Color => CLASS_COLORS[place % CLASS_COLORS.length]

/** The two ends of one output's range are the first two classes' colours. */
const [LOW, HIGH] = CLASS_COLORS

export const css = ([red, green, blue]: Color): string =>
  `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`

const mix = (from: Color, to: Color, share: number): Color => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
]

/** −1 is all of the low colour, 1 all of the high one, 0 the ground. */
const signed = (ground: Color, value: number): Color => {
  const share = Math.min(1, Math.abs(value)) * STRENGTH
  return mix(ground, value < 0 ? LOW : HIGH, share)
}

export interface Scale {
  readonly low: number
  readonly high: number
}

/** What is blue and what is orange: 0 and 1 for classes, the least and the greatest target for numbers */
export function scaleOf({ task, targets }: Problem): Scale {
  if (task === 'classes') return { low: 0, high: 1 }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const target of targets) {
    low = Math.min(low, target)
    high = Math.max(high, target)
  }
  return low === high ? { low: low - 1, high: high + 1 } : { low, high }
}

const place = (value: number, { low, high }: Scale) => (2 * (value - low)) / (high - low) - 1

export const colorOfValue = (value: number, scale: Scale): Color => {
  const at = Math.max(-1, Math.min(1, place(value, scale)))
  return mix([150, 150, 150], at < 0 ? LOW : HIGH, 0.25 + 0.75 * Math.abs(at))
}

/** A picture of cells × cells values, enlarged without edges */
export function paintCells(canvas: HTMLCanvasElement, cells: number, colorAt: (cell: number) => Color): void {
  const image = new ImageData(cells, cells)
  for (let cell = 0; cell < cells * cells; cell++) {
    const [red, green, blue] = colorAt(cell)
    image.data.set([red, green, blue, 255], 4 * cell)
  }
  const small = new OffscreenCanvas(cells, cells)
  small.getContext('2d')!.putImageData(image, 0, 0)
  const context = canvas.getContext('2d')!
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = 'high'
  context.drawImage(small, 0, 0, canvas.width, canvas.height)
}

export function paintSurface(
  canvas: HTMLCanvasElement,
  { cells }: Grid,
  outputs: Float32Array,
  problem: Problem,
  isDark: boolean,
): void {
  const ground = isDark ? DARK : LIGHT
  const classes = problem.classes.length
  if (classes > 2) {
    paintCells(canvas, cells, (cell) => {
      const winner = classOf(outputs, cell, classes)
      const sureness = (outputs[cell * classes + winner] - 1 / classes) / (1 - 1 / classes)
      return mix(ground, colorOfClass(winner), STRENGTH * sureness)
    })
    return
  }
  const scale = scaleOf(problem)
  paintCells(canvas, cells, (cell) => signed(ground, place(outputs[cell], scale)))
}

/** A hidden unit's outputs, from its least to its greatest value around 0 */
export function paintUnit(
  canvas: HTMLCanvasElement,
  surface: Float32Array,
  { unit, units, cells }: { unit: number; units: number; cells: number },
  isDark: boolean,
): void {
  const ground = isDark ? DARK : LIGHT
  let most = 1e-6
  const rows = surface.length / units
  for (let row = 0; row < rows; row++) most = Math.max(most, Math.abs(surface[row * units + unit]))
  if (rows === cells * cells) paintCells(canvas, cells, (cell) => signed(ground, surface[cell * units + unit] / most))
  else paintCurve(canvas, rows, (row) => surface[row * units + unit] / most, ground)
}

function paintCurve(canvas: HTMLCanvasElement, rows: number, valueAt: (row: number) => number, ground: Color): void {
  const { width, height } = canvas
  const context = canvas.getContext('2d')!
  context.fillStyle = css(ground)
  context.fillRect(0, 0, width, height)
  context.strokeStyle = css(HIGH)
  context.lineWidth = 2
  context.beginPath()
  for (let row = 0; row < rows; row++) {
    context.lineTo((row / (rows - 1)) * width, height / 2 - valueAt(row) * height * 0.42)
  }
  context.stroke()
}

export interface Points {
  readonly training: Part
  readonly validation: Part
}

/** Rows over a surface: filled those that train, hollow those held out */
export function paintPoints(canvas: HTMLCanvasElement, grid: Grid, points: Points, problem: Problem): void {
  const context = canvas.getContext('2d')!
  const columns = problem.inputNames.length
  const scale = scaleOf(problem)
  const radius = (canvas.width / 400) * (points.training.rows > 400 ? 2.6 : 4)
  const draw = (part: Part, isHollow: boolean) => {
    for (let row = 0; row < part.rows; row++) {
      const [x, y] = positionOf(canvas, grid, part.inputs, row * columns)
      const target = part.targets[row]
      const color = css(problem.task === 'classes' ? colorOfClass(target) : colorOfValue(target, scale))
      context.beginPath()
      context.arc(x, y, isHollow ? radius * 0.85 : radius, 0, 2 * Math.PI)
      context.lineWidth = isHollow ? radius * 0.6 : radius * 0.3
      context.strokeStyle = isHollow ? color : 'white'
      context.fillStyle = isHollow ? 'white' : color
      context.fill()
      context.stroke()
    }
  }
  draw(points.validation, true)
  draw(points.training, false)
}

/** Where inputs lie on the canvas */
export function positionOf(
  { width, height }: { width: number; height: number },
  { axes, ranges }: Grid,
  inputs: ArrayLike<number>,
  start = 0,
): [number, number] {
  const share = (axis: number) => (inputs[start + axes[axis]] - ranges[axis][0]) / (ranges[axis][1] - ranges[axis][0])
  return [share(0) * width, (1 - share(1)) * height]
}

/** The fitted curve of one input, over the rows */
export function paintFit(
  canvas: HTMLCanvasElement,
  grid: Grid,
  outputs: Float32Array,
  problem: Problem,
  points: Points,
  isDark: boolean,
): void {
  const { width, height } = canvas
  const context = canvas.getContext('2d')!
  context.fillStyle = css(isDark ? DARK : LIGHT)
  context.fillRect(0, 0, width, height)
  const { low, high } = scaleOf(problem)
  const margin = 0.15 * (high - low)
  const y = (value: number) => height - ((value - low + margin) / (high - low + 2 * margin)) * height
  const [[from, to]] = grid.ranges
  const x = (value: number) => ((value - from) / (to - from)) * width
  const dot = (part: Part, isHollow: boolean) => {
    for (let row = 0; row < part.rows; row++) {
      context.beginPath()
      context.arc(x(part.inputs[row]), y(part.targets[row]), width / 130, 0, 2 * Math.PI)
      context.fillStyle = isHollow ? 'transparent' : css(LOW)
      context.strokeStyle = css(LOW)
      context.lineWidth = width / 400
      context.fill()
      context.stroke()
    }
  }
  dot(points.validation, true)
  dot(points.training, false)
  context.strokeStyle = css(HIGH)
  context.lineWidth = width / 130
  context.beginPath()
  for (let row = 0; row < grid.rows; row++) context.lineTo(((row + 0.5) / grid.rows) * width, y(outputs[row]))
  context.stroke()
}
