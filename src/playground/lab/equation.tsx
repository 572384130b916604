// The whole network as equations in MathML, with the numbers of the moment.
import { batch, signal } from '@preact/signals'
import { type ComponentChildren, Fragment } from 'preact'
import type { LayerWeights } from 'wasmprop'
import { short } from '../ui/numbers.ts'
import { configOf } from './config.ts'
import * as session from './session.ts'

/** More numbers than this nobody reads. */
const MOST_NUMBERS = 150
const isWanted = signal(false)

export function Equation() {
  const { units, problem, setup, parameterCount } = session
  if (parameterCount.value > MOST_NUMBERS && !isWanted.value) {
    return (
      <p>
        It has {parameterCount.value} numbers.{' '}
        <button type="button" class="button small" onClick={() => batch(() => (isWanted.value = true))}>
          Write it out all the same
        </button>
      </p>
    )
  }
  const seen = units.value
  const learned = problem.value
  if (!seen || !learned) return null
  const activations = configOf(setup.value, learned).layers.map(({ activation }) => String(activation))
  if (activations.length !== seen.weights.length) return null
  return (
    <div class="equation">
      <Inputs names={learned.inputNames} />
      {seen.weights.map((layer, index) => (
        <Layer key={index} layer={layer} index={index} last={seen.weights.length - 1} activation={activations[index]} />
      ))}
      <Outputs name={learned.targetName} classes={learned.classes} />
    </div>
  )
}

function Sub({ name, index }: { name: string; index: ComponentChildren }) {
  return (
    <msub>
      <mi>{name}</mi>
      <mn>{index}</mn>
    </msub>
  )
}

function Inputs({ names }: { names: readonly string[] }) {
  const scaling = session.scalings.value?.inputs
  return (
    <>
      {names.map((name, index) => (
        <math key={name} display="block">
          <Sub name="x" index={index + 1} />
          <mo>=</mo>
          <Scaled name={name} offset={scaling?.offset[index] ?? 0} scale={scaling?.scale[index] ?? 1} />
        </math>
      ))}
    </>
  )
}

function Scaled({ name, offset, scale }: { name: string; offset: number; scale: number }) {
  // 1 where a word is that one, else 0: Iverson's bracket
  const written = name.includes(' = ') ? `[${name}]` : name
  if (offset === 0 && scale === 1) return <mtext>{written}</mtext>
  return (
    <mfrac>
      <mrow>
        <mtext>{written}</mtext>
        {offset !== 0 && <SignedNumber value={-offset} />}
      </mrow>
      <mn>{short(scale, 4)}</mn>
    </mfrac>
  )
}

function SignedNumber({ value }: { value: number }) {
  return (
    <>
      <mo>{value < 0 ? '−' : '+'}</mo>
      <mn>{short(Math.abs(value), 4)}</mn>
    </>
  )
}

const letterOf = (layer: number) => (layer < 0 ? 'x' : 'hgpqrstu'[layer])

interface LayerProps {
  readonly layer: LayerWeights
  readonly index: number
  readonly last: number
  readonly activation: string
}

function Layer({ layer, index, last, activation }: LayerProps) {
  const units = layer.biases.length
  return (
    <>
      {layer.biases.map((bias, unit) => (
        <math key={unit} display="block">
          {index === last ? (
            <Sub name={activation === 'softmax' ? 'z' : 'y'} index={units > 1 ? unit + 1 : ''} />
          ) : (
            <Sub name={letterOf(index)} index={unit + 1} />
          )}
          <mo>=</mo>
          {activation !== 'linear' && activation !== 'softmax' && (
            <>
              <mi mathvariant="normal">{activation === 'sigmoid' ? 'σ' : activation}</mi>
              <mo>(</mo>
            </>
          )}
          {layer.weights.map((row, source) => (
            <Fragment key={source}>
              {source === 0 ? <mn>{short(row[unit], 4)}</mn> : <SignedNumber value={row[unit]} />}
              <Sub name={letterOf(index - 1)} index={source + 1} />
            </Fragment>
          ))}
          <SignedNumber value={bias} />
          {activation !== 'linear' && activation !== 'softmax' && <mo>)</mo>}
        </math>
      ))}
    </>
  )
}

function Outputs({ name, classes }: { name: string; classes: readonly string[] }) {
  const scaling = session.scalings.value?.targets
  if (classes.length > 2)
    return <p class="small quiet">Each class’s share is e^z over the sum of them all (softmax).</p>
  if (classes.length === 2)
    return <p class="small quiet">y is the probability of {classes[1]}; σ(z) = 1 / (1 + e⁻ᶻ).</p>
  const [offset = 0] = scaling?.offset ?? []
  const [scale = 1] = scaling?.scale ?? []
  if (offset === 0 && scale === 1) return null
  return (
    <math display="block">
      <mtext>{name}</mtext>
      <mo>=</mo>
      <mn>{short(scale, 4)}</mn>
      <mi>y</mi>
      <SignedNumber value={offset} />
    </math>
  )
}
