// Paints what networks give onto canvases: blue to orange for one output, a colour each for several classes.
import { classOf, type Grid, sampleOf } from './looks.ts'
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
const signed = (ground: Color, value: number): number =>
  pixel(ground, value < 0 ? LOW : HIGH, Math.min(1, Math.abs(value)) * STRENGTH)

export interface Scale {
  readonly low: number
  readonly high: number
}

/** What is blue and what is orange: 0 and 1 for classes, the least and the greatest target for numbers */
export function scaleOf({ task, targets }: Problem): Scale {
  if (task === 'classes') return { low: 0, high: 1 }
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
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

/** Pixels by the number of cells along an edge, used again and again */
const images = new Map<number, ImageData>()

const OPAQUE = 0xff000000

/** A picture of cells × cells values, a pixel each: the page enlarges it without edges, which costs nothing here. */
function paintCells(canvas: HTMLCanvasElement, cells: number, pixelAt: (cell: number) => number): void {
  const image = images.get(cells) ?? new ImageData(cells, cells)
  images.set(cells, image)
  const pixels = new Uint32Array(image.data.buffer)
  for (let cell = 0; cell < pixels.length; cell++) pixels[cell] = OPAQUE | pixelAt(cell)
  contextOf(canvas, cells).putImageData(image, 0, 0)
}

/** Between two colors, as a canvas has it: blue, green and red in one number. Arrays would be thousands a frame. */
function pixel(from: Color, to: Color, share: number): number {
  const red = from[0] + (to[0] - from[0]) * share
  const green = from[1] + (to[1] - from[1]) * share
  const blue = from[2] + (to[2] - from[2]) * share
  return (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)
}

/** For a picture of that many pixels: an empty one where it had others */
function contextOf(canvas: HTMLCanvasElement, width: number, height = width): CanvasRenderingContext2D {
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  // Painted pixel by pixel or read: without a detour over the graphics card.
  return canvas.getContext('2d', { willReadFrequently: true })!
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
      return pixel(ground, colorOfClass(winner), STRENGTH * sureness)
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

const CURVE_PIXELS = 88

function paintCurve(canvas: HTMLCanvasElement, rows: number, valueAt: (row: number) => number, ground: Color): void {
  const [width, height] = [CURVE_PIXELS, CURVE_PIXELS]
  const context = contextOf(canvas, width)
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

/** Pixels of what is drawn with lines, whatever its size on the page */
export const PIXELS = 640
/** More rows hide one another, and take long to draw: of more, some are drawn, evenly. */
const MOST_DRAWN = 1500

interface Dots {
  readonly radius: number
  readonly colorOf: (target: number) => string
  /** Shares of the picture from its left and upper edge */
  readonly placeOf: (inputs: ArrayLike<number>, start: number, target: number) => readonly [number, number]
}

/** Filled those that train, hollow those held out */
function paintDots(context: CanvasRenderingContext2D, points: Points, columns: number, dots: Dots): void {
  const { radius, colorOf, placeOf } = dots
  const draw = (part: Part, isHollow: boolean) => {
    const { rows, inputs, targets } = sampleOf(part, columns, MOST_DRAWN)
    context.lineWidth = isHollow ? radius * 0.6 : radius * 0.3
    for (let row = 0; row < rows; row++) {
      const [x, y] = placeOf(inputs, row * columns, targets[row])
      const color = colorOf(targets[row])
      context.beginPath()
      context.arc(x * PIXELS, y * PIXELS, isHollow ? radius * 0.85 : radius, 0, 2 * Math.PI)
      context.strokeStyle = isHollow ? color : 'white'
      context.fillStyle = isHollow ? 'white' : color
      context.fill()
      context.stroke()
    }
  }
  draw(points.validation, true)
  draw(points.training, false)
}

/** Rows over a surface, which lies below */
export function paintPoints(canvas: HTMLCanvasElement, grid: Grid, points: Points, problem: Problem): void {
  const context = contextOf(canvas, PIXELS)
  context.clearRect(0, 0, PIXELS, PIXELS)
  const scale = scaleOf(problem)
  paintDots(context, points, problem.inputNames.length, {
    radius: points.training.rows > 400 ? 4 : 6.5,
    colorOf: (target) => css(problem.task === 'classes' ? colorOfClass(target) : colorOfValue(target, scale)),
    placeOf: (inputs, start) => placeIn(grid, inputs, start),
  })
}

/** Where inputs lie in the picture, as shares from its left and upper edge */
function placeIn({ axes, ranges }: Grid, inputs: ArrayLike<number>, start: number): readonly [number, number] {
  const share = (axis: number) => (inputs[start + axes[axis]] - ranges[axis][0]) / (ranges[axis][1] - ranges[axis][0])
  return [share(0), 1 - share(1)]
}

/** Where a value lies in the picture of a fitted curve, as a share from its upper edge */
function heightIn(problem: Problem): (value: number) => number {
  const { low, high } = scaleOf(problem)
  const margin = 0.15 * (high - low)
  return (value) => 1 - (value - low + margin) / (high - low + 2 * margin)
}

/** The rows of one input, which lie below its fitted curve */
export function paintFitted(
  canvas: HTMLCanvasElement,
  grid: Grid,
  points: Points,
  problem: Problem,
  isDark: boolean,
): void {
  const context = contextOf(canvas, PIXELS)
  context.fillStyle = css(isDark ? DARK : LIGHT)
  context.fillRect(0, 0, PIXELS, PIXELS)
  const [[from, to]] = grid.ranges
  const height = heightIn(problem)
  paintDots(context, points, 1, {
    radius: 5,
    colorOf: () => css(LOW),
    placeOf: (inputs, start, target) => [(inputs[start] - from) / (to - from), height(target)],
  })
}

export function paintFit(canvas: HTMLCanvasElement, grid: Grid, outputs: Float32Array, problem: Problem): void {
  const context = contextOf(canvas, PIXELS)
  context.clearRect(0, 0, PIXELS, PIXELS)
  const height = heightIn(problem)
  context.strokeStyle = css(HIGH)
  context.lineWidth = PIXELS / 130
  context.beginPath()
  for (let row = 0; row < grid.rows; row++) {
    context.lineTo(((row + 0.5) / grid.rows) * PIXELS, height(outputs[row]) * PIXELS)
  }
  context.stroke()
}
