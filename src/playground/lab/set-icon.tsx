// A small picture of each data set.
import { useEffect, useRef } from 'preact/hooks'
import { type DrawnName, drawnSets, drawSet } from './data/sets.ts'
import { colorOfClass, colorOfValue, css, scaleOf } from './paint.ts'
import { extentsOf } from './problem.ts'

const PIXELS = 72

export function SetIcon({ name }: { name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current && Object.hasOwn(drawnSets, name)) paintSet(canvas.current, name as DrawnName)
  }, [name])
  if (Object.hasOwn(drawnSets, name)) return <canvas ref={canvas} width={PIXELS} height={PIXELS} />
  return (
    <svg viewBox="0 0 36 36" aria-hidden="true">
      {name === 'points' ? <Pencil /> : <TableIcon />}
    </svg>
  )
}

const Pencil = () => (
  <g fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round">
    <path d="M9 27l2-7L23 8l5 5-12 12z" />
    <path d="M20 11l5 5" />
  </g>
)

const TableIcon = () => (
  <g fill="none" stroke="currentColor" stroke-width="1.8">
    <rect x="6" y="8" width="24" height="20" rx="2" />
    <path d="M6 14h24M6 21h24M14 8v20M22 8v20" />
  </g>
)

function paintSet(canvas: HTMLCanvasElement, name: DrawnName): void {
  const sample = drawSet(name, { rows: 110, noise: 0.08, seed: 3 })
  const context = canvas.getContext('2d')!
  const columns = sample.inputNames.length
  const extents = extentsOf(sample)
  const scale = scaleOf(sample)
  const across = (value: number, [low, high]: readonly [number, number]) =>
    6 + ((value - low) / (high - low)) * (PIXELS - 12)
  for (let row = 0; row < sample.rows; row++) {
    const target = sample.targets[row]
    const x = across(sample.inputs[row * columns], extents[0])
    const second = columns === 1 ? target : sample.inputs[row * columns + 1]
    const y = PIXELS - across(second, columns === 1 ? [scale.low, scale.high] : extents[1])
    context.fillStyle = css(sample.task === 'classes' ? colorOfClass(target) : colorOfValue(target, scale))
    context.beginPath()
    context.arc(x, y, sample.rows < 10 ? 6 : 3.2, 0, 2 * Math.PI)
    context.fill()
  }
}
