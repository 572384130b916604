// The network drawn with the numbers of one epoch and row; every one of them is a button. Drawn in the page's own pixels, so
// that text keeps its size on narrow screens.
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ExplainedNeuron, ExplainedWeight } from 'wasmprop'
import { long } from './math.tsx'
import { open, opened } from './opened.ts'
import { inRow } from './quantities.tsx'
import type { Pass } from './run.ts'

const RADIUS = 25
const HEIGHT = 372
/** Room for names over the units and biases under them */
const TOP = 46
const BOTTOM = 50

interface Place {
  readonly x: number
  readonly y: number
}

export function Drawing({ pass, row }: { pass: Pass; row: number }) {
  const { box, width } = useWidth()
  const { lesson, rows } = pass
  const { inputs, layers } = rows[row]
  const counts = [inputs.length, ...layers.map(({ neurons }) => neurons.length)]
  const places = counts.map((count, column) => placesOf(count, column, counts.length, width.value))
  return (
    <div class="drawing" ref={box}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing takes no fieldset */}
      <svg
        width={width.value}
        height={HEIGHT}
        role="group"
        aria-label={`The network, epoch ${pass.epoch}, row ${row + 1}`}
      >
        {layers.flatMap(({ neurons }, layer) =>
          neurons.flatMap((neuron, unit) =>
            neuron.weights.map((weight, source) => (
              <Edge key={weight.name} weight={weight} from={places[layer][source]} to={places[layer + 1][unit]} />
            )),
          ),
        )}
        {inputs.map(({ name, value }, index) => (
          <Input
            key={name}
            {...{ name: inRow(pass, name, row), value, place: places[0][index] }}
            words={lesson.inputNames[index]}
            raw={lesson.inputs[row][index]}
          />
        ))}
        {layers.flatMap(({ neurons }, layer) =>
          neurons.map((neuron, unit) => (
            <Unit key={neuron.name} {...{ pass, row, neuron, place: places[layer + 1][unit] }} />
          )),
        )}
        {layers.flatMap(({ neurons }, layer) =>
          neurons.flatMap((neuron, unit) =>
            neuron.weights.map((weight, source) => (
              <WeightLabel
                key={weight.name}
                weight={weight}
                from={places[layer][source]}
                to={places[layer + 1][unit]}
                isSquare={counts[layer] === counts[layer + 1]}
              />
            )),
          ),
        )}
      </svg>
    </div>
  )
}

/** The width of the box in CSS pixels, as it changes */
function useWidth() {
  const box = useRef<HTMLDivElement>(null)
  const width = useSignal(320)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = () => {
      width.value = Math.max(256, Math.floor(element.clientWidth))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { box, width }
}

function placesOf(count: number, column: number, columns: number, width: number): Place[] {
  const margin = RADIUS + Math.min(30, width * 0.03)
  const x = margin + (column * (width - 2 * margin)) / (columns - 1)
  const room = HEIGHT - TOP - BOTTOM
  const gap = count === 1 ? 0 : Math.min(room / (count - 1), room * 0.8)
  return Array.from({ length: count }, (_, unit) => ({ x, y: TOP + room / 2 + (unit - (count - 1) / 2) * gap }))
}

/** A name that begins as what is seen, for who speaks to the page, and says it exactly */
const exactly = (seen: string, value: number): string => `${seen}, exactly ${long(value)}`

/** Click, Enter and space open a number. */
function opens(name: string, spoken: string) {
  return {
    role: 'button',
    tabindex: 0, // as SVG spells it
    'aria-label': spoken,
    'aria-pressed': opened.value === name,
    'data-quantity': name,
    class: `opens${opened.value === name ? ' is-open' : ''}`,
    onClick: () => open(name),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      open(name)
    },
  } as const
}

interface Ends {
  readonly weight: ExplainedWeight
  readonly from: Place
  readonly to: Place
}

function Edge({ weight: { value, name }, from, to }: Ends) {
  const sign = value < 0 ? 'is-negative' : 'is-positive'
  const isOpen = opened.value === name ? ' is-open' : ''
  const width = 1 + Math.min(6, Math.abs(value) * 1.3)
  return <line class={`edge ${sign}${isOpen}`} x1={from.x} y1={from.y} x2={to.x} y2={to.y} stroke-width={width} />
}

/**
 * How far along its edge a weight's label lies: where no other crosses it. Between layers of the same size that is beyond the
 * middle, where edges cross.
 */
const labelAt = (from: Place, to: Place, isSquare: boolean): number => (isSquare && from.y !== to.y ? 0.68 : 0.5)

function WeightLabel({ weight, from, to, isSquare }: Ends & { isSquare: boolean }) {
  const { name, value } = weight
  const share = labelAt(from, to, isSquare)
  const x = from.x + RADIUS + (to.x - from.x - 2 * RADIUS) * share
  const y = from.y + (to.y - from.y) * share
  return (
    <g {...opens(name, exactly(`weight ${name} = ${fixed(value, 3)}`, value))} transform={`translate(${x} ${y})`}>
      <rect class="label-box" x={-25} y={-11} width={50} height={22} rx={11} />
      <text class="weight" y={4.5}>
        {fixed(value, 3)}
      </text>
    </g>
  )
}

const fixed = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−')

function Input({
  name,
  value,
  place,
  words,
  raw,
}: {
  name: string
  value: number
  place: Place
  words: string
  raw: number
}) {
  return (
    <g transform={`translate(${place.x} ${place.y})`}>
      <g {...opens(name, exactly(`input ${name} = ${fixed(value, 3)}`, value))}>
        <circle class="unit is-input" r={RADIUS} />
        <text class="value" y={4.5}>
          {fixed(value, 3)}
        </text>
      </g>
      <text class="caption" y={-RADIUS - 8}>
        {words}
      </text>
      <text class="caption" y={RADIUS + 17}>
        {raw}
      </text>
    </g>
  )
}

function Unit({ pass, row, neuron, place }: { pass: Pass; row: number; neuron: ExplainedNeuron; place: Place }) {
  const { name, net, output, bias, target, error = 0 } = neuron
  const of = (quantity: string) => inRow(pass, `${quantity} ${name}`, row)
  const { x, y } = place
  return (
    <>
      <g
        {...opens(of('out'), exactly(`output of ${name} = ${fixed(output, 3)}`, output))}
        transform={`translate(${x} ${y})`}
      >
        <circle class="unit" r={RADIUS} />
        <circle class="level" r={RADIUS - 2} stroke-dasharray={`${output * 2 * Math.PI * (RADIUS - 2)} 999`} />
        {target !== undefined && (
          <line class="wanted" x1={RADIUS - 6} x2={RADIUS + 4} transform={`rotate(${target * 360 - 90})`} />
        )}
        <text class="value" y={4.5}>
          {fixed(output, 3)}
        </text>
      </g>
      <g
        {...opens(of('net'), exactly(`net ${fixed(net, 2)} of ${name}`, net))}
        transform={`translate(${x} ${y - RADIUS - 13})`}
      >
        <rect class="label-box" x={-33} y={-11} width={66} height={20} rx={10} />
        <text class="caption" y={4}>
          {`net ${fixed(net, 2)}`}
        </text>
      </g>
      {bias && (
        <g
          {...opens(bias.name, exactly(`b ${fixed(bias.value, 3)}, bias ${bias.name}`, bias.value))}
          transform={`translate(${x} ${y + RADIUS + 12})`}
        >
          <rect class="label-box" x={-33} y={-10} width={66} height={20} rx={10} />
          <text class="caption" y={4}>
            {`b ${fixed(bias.value, 3)}`}
          </text>
        </g>
      )}
      {target !== undefined && (
        <g
          {...opens(of('E'), exactly(`E ${short(error)}, error of ${name}`, error))}
          transform={`translate(${x} ${y + RADIUS + 34})`}
        >
          <rect class="label-box" x={-33} y={-10} width={66} height={20} rx={10} />
          <text class="caption" y={4}>
            {`E ${short(error)}`}
          </text>
        </g>
      )}
    </>
  )
}

/** Two digits of a small error */
const short = (value: number): string =>
  value < 1e-5
    ? value.toExponential(0).replace('-', '−')
    : value.toFixed(Math.min(5, Math.max(3, 1 - Math.floor(Math.log10(value)))))
