// Formulas in MathML, which browsers lay out and screen readers speak without a library.
import type { ComponentChild, ComponentChildren } from 'preact'

export type Formula = ComponentChild

/** Six digits, for the middle of a calculation */
export const short = (value: number): string => written(value, 6)
/** Nine digits, for a result */
export const long = (value: number): string => written(value, 9)

function written(value: number, digits: number): string {
  if (value === 0) return '0'
  const isSmall = Math.abs(value) < 1e-4
  const text = isSmall ? value.toExponential(digits - 3) : value.toPrecision(digits)
  return text
    .replace(/(\.\d*?)0+(?=e|$)/, '$1')
    .replace(/\.(?=e|$)/, '')
    .replace(/-/g, '−')
}

/** −1.5e−7 as −1.5 · 10^−7; a negative number in brackets where it does not come first */
export function numberOf(value: number, { isFirst = false, format = short } = {}): Formula {
  const [mantissa, exponent] = format(value).split('e')
  const digits = <Signed text={mantissa} />
  const all =
    exponent === undefined ? (
      digits
    ) : (
      <mrow>
        {digits}
        <mo>·</mo>
        <msup>
          <mn>10</mn>
          <Signed text={exponent.replace('+', '')} />
        </msup>
      </mrow>
    )
  return value < 0 && !isFirst ? brackets(all) : all
}

function Signed({ text }: { text: string }) {
  if (!text.startsWith('−')) return <mn>{text}</mn>
  return (
    <mrow>
      <mo>−</mo>
      <mn>{text.slice(1)}</mn>
    </mrow>
  )
}

/** w5, net h1, w5⁺ */
export function named(base: string, index: string, isNew = false): Formula {
  const below = /^\d+$/.test(index) ? <mn>{index}</mn> : <mi>{index}</mi>
  if (!isNew)
    return (
      <msub>
        <mi>{base}</mi>
        {below}
      </msub>
    )
  return (
    <msubsup>
      <mi>{base}</mi>
      {below}
      <mo>+</mo>
    </msubsup>
  )
}

export const weight = (name: string, isNew = false): Formula => named(name[0], name.slice(1), isNew)

export const sign = (text: string): Formula => <mo>{text}</mo>

export const brackets = (content: ComponentChildren): Formula => (
  <mrow>
    <mo>(</mo>
    {content}
    <mo>)</mo>
  </mrow>
)

export const fraction = (above: ComponentChildren, below: ComponentChildren): Formula => (
  <mfrac>
    <mrow>{above}</mrow>
    <mrow>{below}</mrow>
  </mfrac>
)

export const square = (content: ComponentChildren): Formula => (
  <msup>
    {content}
    <mn>2</mn>
  </msup>
)

/** ∂E/∂w5 */
export const derivative = (of: Formula, by: Formula): Formula =>
  fraction(
    <>
      <mi>∂</mi>
      {of}
    </>,
    <>
      <mi>∂</mi>
      {by}
    </>,
  )

/** 1 / (1 + e^−net) */
export const sigmoidOf = (net: Formula): Formula =>
  fraction(
    <mn>1</mn>,
    <>
      <mn>1</mn>
      <mo>+</mo>
      <msup>
        <mi>e</mi>
        <mrow>
          <mo>−</mo>
          {net}
        </mrow>
      </msup>
    </>,
  )

/** The parts with a sign between them, side by side, so that the sign is spaced as one between two things */
export function joined(parts: readonly Formula[], between: string): Formula {
  return (
    <mrow>{parts.flatMap((part, index) => (index === 0 ? [part] : [<mo key={between}>{between}</mo>, part]))}</mrow>
  )
}

/** One line of a calculation */
export function Line({ children, label }: { children: ComponentChildren; label?: string }) {
  return (
    <div class="formula-line">
      <math aria-label={label}>{children}</math>
    </div>
  )
}
