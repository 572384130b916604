// The network as it is: columns of units with what each gives, lines as thick as weights, and buttons that change its shape.
import { useEffect, useRef } from 'preact/hooks'
import { isDark } from '../theme.tsx'
import { SelectField } from '../ui/fields.tsx'
import { short } from '../ui/numbers.ts'
import { MOST_SHOWN_UNITS } from './looks.ts'
import { paintUnit } from './paint.ts'
import { change, problem, setup, units } from './session.ts'
import { activations, type HiddenLayer, MOST_LAYERS, MOST_UNITS, type Setup } from './setup.ts'

const NODE = 44
const GAP = 12
const COLUMN = 132
const TOP = 8

/** Widths of lines go by the root of the weight, so that small ones are seen beside large ones. */
const widthOf = (weight: number, most: number) => 0.4 + 5 * Math.sqrt(Math.abs(weight) / most)

export function NetworkView() {
  const learned = problem.value
  if (learned === undefined) return null
  const { hidden } = setup.value
  const counts = [learned.inputNames.length, ...hidden.map((layer) => layer.units), Math.max(1, outputsOf())]
  const shown = counts.map((count) => Math.min(count, MOST_SHOWN_UNITS))
  const height = TOP * 2 + Math.max(...shown) * (NODE + GAP) - GAP
  const width = (counts.length - 1) * COLUMN + NODE
  return (
    <div class="network">
      <div class="network-scroll">
        <div class="network-canvas" style={{ width: `${width}px` }}>
          <div class="network-heads">
            <ColumnHead title="Inputs" left={0} />
            {hidden.map((layer, index) => (
              <LayerHead key={`${index}/${hidden.length}`} layer={layer} index={index} left={(index + 1) * COLUMN} />
            ))}
            <ColumnHead title="Output" left={(hidden.length + 1) * COLUMN} />
          </div>
          <div class="network-body" style={{ height: `${height}px` }}>
            <Lines shown={shown} width={width} height={height} />
            {shown.map((count, column) =>
              Array.from({ length: count }, (_, unit) => (
                <Node
                  key={`${column}.${unit}`}
                  column={column}
                  unit={unit}
                  columns={counts.length}
                  count={count}
                  height={height}
                />
              )),
            )}
          </div>
          <div class="network-heads more">
            {counts.map((count, column) => {
              const left = `${column * COLUMN + NODE / 2}px`
              const more = count - shown[column]
              return more > 0 ? (
                <span key={column} class="small quiet" style={{ left }}>{`and ${more} more`}</span>
              ) : null
            })}
          </div>
        </div>
      </div>
      <LayerButtons hidden={hidden} />
    </div>
  )
}

const outputsOf = () => units.value?.weights.at(-1)?.biases.length ?? 1

const topOf = (unit: number, count: number, height: number) =>
  height / 2 + (unit - (count - 1) / 2) * (NODE + GAP) - NODE / 2

function ColumnHead({ title, left }: { title: string; left: number }) {
  return (
    <div class="column-head" style={{ left: `${left + NODE / 2}px` }}>
      <b>{title}</b>
    </div>
  )
}

function LayerHead({ layer, index, left }: { layer: HiddenLayer; index: number; left: number }) {
  const { hidden, optimizer } = setup.value
  const set = (part: Partial<HiddenLayer>) =>
    change({ hidden: hidden.map((other, place) => (place === index ? { ...other, ...part } : other)) })
  const name = `Layer ${index + 1}`
  return (
    <div class="column-head" style={{ left: `${left + NODE / 2}px` }}>
      <UnitsStepper name={name} count={layer.units} onChange={(count) => void set({ units: count })} />
      <SelectField
        label={`${name}: activation`}
        isLabelHidden
        value={layer.activation as (typeof activations)[number]}
        options={activations}
        onChange={(activation) => set({ activation })}
      />
      <div class="layer-more">
        <SelectField
          label={`${name}: dropout`}
          isLabelHidden
          value={String(layer.dropout)}
          disabled={optimizer === 'lbfgs'}
          options={dropoutsWith(layer.dropout)}
          onChange={(share) => set({ dropout: Number(share) })}
        />
        <FreezeButton index={index} />
      </div>
    </div>
  )
}

interface UnitsStepperProps {
  /** Of the layer */
  readonly name: string
  readonly count: number
  readonly onChange: (count: number) => void
}

function UnitsStepper({ name, count, onChange }: UnitsStepperProps) {
  return (
    <div class="stepper">
      <button
        type="button"
        aria-label={`${name}: one unit less`}
        disabled={count <= 1}
        onClick={() => onChange(count - 1)}
      >
        −
      </button>
      <input
        type="number"
        aria-label={`${name}: units`}
        min={1}
        max={MOST_UNITS}
        value={count}
        onChange={(event) => {
          const wanted = Math.round(Number(event.currentTarget.value))
          if (wanted >= 1 && wanted <= MOST_UNITS) onChange(wanted)
          else event.currentTarget.value = String(count)
        }}
      />
      <button
        type="button"
        aria-label={`${name}: one unit more`}
        disabled={count >= MOST_UNITS}
        onClick={() => onChange(count + 1)}
      >
        +
      </button>
    </div>
  )
}

/** The usual shares of units that are left out, and what a link may have brought */
const dropoutsWith = (own: number) =>
  [...new Set([0, 0.1, 0.2, 0.3, 0.5, own])]
    .sort((a, b) => a - b)
    .map((share) => ({ value: String(share), title: `drop ${Math.round(100 * share)} %` }))

function FreezeButton({ index }: { index: number }) {
  const { frozen } = setup.value
  const isFrozen = frozen.includes(index)
  const turn = () =>
    change({ frozen: isFrozen ? frozen.filter((other) => other !== index) : [...frozen, index].sort((a, b) => a - b) })
  return (
    <button
      type="button"
      class="freeze"
      aria-pressed={isFrozen}
      aria-label={`Layer ${index + 1}: freeze`}
      title={isFrozen ? 'Frozen: training leaves it as it is' : 'Freeze: training leaves it as it is'}
      onClick={turn}
    >
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        <path d={isFrozen ? 'M4 6V4.5a3 3 0 0 1 6 0V6' : 'M4 6V3.5a3 3 0 0 1 5.8-1'} />
        <rect x="2.5" y="6" width="9" height="6.5" rx="1.2" />
      </svg>
    </button>
  )
}

function LayerButtons({ hidden }: { hidden: readonly HiddenLayer[] }) {
  const add = () =>
    change({
      hidden: [...hidden, { ...(hidden.at(-1) ?? { activation: 'tanh', dropout: 0 }), units: 4 } as HiddenLayer],
    })
  return (
    <div class="row">
      <button type="button" class="button small" disabled={hidden.length >= MOST_LAYERS} onClick={add}>
        + Add a layer
      </button>
      <button
        type="button"
        class="button small"
        disabled={hidden.length === 0}
        onClick={() => change(withoutLast(setup.value))}
      >
        − Remove the last
      </button>
      <span class="small quiet legend-lines">
        <i class="positive" /> weight above 0 <i class="negative" /> below 0
      </span>
    </div>
  )
}

const withoutLast = ({ hidden, frozen }: Setup) => ({
  hidden: hidden.slice(0, -1),
  frozen: frozen.filter((layer) => layer < hidden.length - 1),
})

function Lines({ shown, width, height }: { shown: readonly number[]; width: number; height: number }) {
  const weights = units.value?.weights
  if (weights === undefined || weights.length !== shown.length - 1) return null
  const paths = weights.flatMap((layer, index) => {
    const most = layer.weights.flat().reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 1e-9)
    return Array.from({ length: shown[index] * shown[index + 1] }, (_, line) => {
      const [source, target] = [Math.floor(line / shown[index + 1]), line % shown[index + 1]]
      const weight = layer.weights[source]?.[target] ?? 0
      const x1 = index * COLUMN + NODE
      const x2 = (index + 1) * COLUMN
      const y1 = topOf(source, shown[index], height) + NODE / 2
      const y2 = topOf(target, shown[index + 1], height) + NODE / 2
      const middle = (x1 + x2) / 2
      return (
        <path
          key={`${index}.${line}`}
          class={weight < 0 ? 'negative' : 'positive'}
          d={`M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`}
          stroke-width={widthOf(weight, most)}
        >
          <title>{`weight ${short(weight, 4)}`}</title>
        </path>
      )
    })
  })
  return (
    <svg class="network-lines" width={width} height={height} role="img" aria-label={linesName(shown)}>
      {paths}
    </svg>
  )
}

const linesName = (shown: readonly number[]) =>
  `Weights between ${shown.length} layers; their numbers are under “Weights”.`

interface NodeProps {
  readonly column: number
  readonly unit: number
  readonly columns: number
  readonly count: number
  readonly height: number
}

function Node({ column, unit, columns, count, height }: NodeProps) {
  const style = { left: `${column * COLUMN}px`, top: `${topOf(unit, count, height)}px` }
  const { inputNames = [], classes = [], targetName = '' } = problem.value ?? {}
  if (column === 0) {
    return (
      <span class="node input small" style={style} title={inputNames[unit]}>
        {inputNames[unit]}
      </span>
    )
  }
  if (column === columns - 1) {
    const title = classes.length > 2 ? classes[unit] : targetName
    return (
      <span class="node output small" style={style} title={title}>
        {title}
      </span>
    )
  }
  return (
    <span class="node" style={style} title={`layer ${column}, unit ${unit + 1}`}>
      <UnitPicture layer={column - 1} unit={unit} />
    </span>
  )
}

function UnitPicture({ layer, unit }: { layer: number; unit: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const seen = units.value
  const dark = isDark()
  useEffect(() => {
    const surface = seen?.surfaces[layer]
    const count = setup.peek().hidden[layer]?.units
    if (!canvas.current || !surface || !count || !seen || surface.length % count > 0) return
    paintUnit(canvas.current, surface, { unit, units: count, cells: seen.cells }, dark)
  }, [seen, layer, unit, dark])
  return <canvas ref={canvas} width={NODE * 2} height={NODE * 2} />
}
