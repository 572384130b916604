// An explanation as text and as MathML: two ways to write the equations of equations.ts.
import { readOptions } from '../../options/check.ts'
import { passSections, weightSections } from './equations.ts'
import type { ExplanationData, TextOptions } from './explanation.ts'
import type { Equation, Formula, Term } from './formula.ts'
import type { Section } from './section.ts'

/** Longer equations are broken at their = signs. */
const LINE_WIDTH = 120

export function explanationToText(data: ExplanationData, options?: TextOptions): string {
  return sectionsOf(data, options).map(sectionToText).join('\n\n')
}

export function explanationToMathML(data: ExplanationData, options?: TextOptions): string {
  return sectionsOf(data, options).flatMap(sectionToMathML).join('\n')
}

function sectionsOf(data: ExplanationData, options: TextOptions | undefined): Section[] {
  const { weight } = readOptions(
    options === undefined ? {} : options,
    '',
    ['weight'],
    "an object such as { weight: 'w5' }",
  )
  return weight === undefined ? passSections(data) : weightSections(data, weight)
}

/**
 * Nine decimals, as textbooks print them; nine digits of what is larger or so small that decimals would lose it. Without
 * zeros at the end.
 */
export function formatNumber(value: number): string {
  if (value === 0) return '0'
  if (!Number.isFinite(value)) return String(value).replace('-', '−')
  const magnitude = Math.abs(value)
  const text = magnitude < 1e-4 ? value.toExponential(8) : magnitude < 10 ? value.toFixed(9) : value.toPrecision(9)
  return (text.includes('.') ? text.replace(/\.?0+(?=e|$)/, '') : text).replace(/-/g, '−')
}

// Text

function sectionToText({ title, equations, note }: Section): string {
  return [title, ...linesOf(equations), ...(note === undefined ? [] : [note])].join('\n  ')
}

/** One line each with aligned = signs; those that do not fit are broken. */
function linesOf(equations: readonly Equation[]): string[] {
  const columns = equations.map(({ left, symbols = [], numbers = [], result }) => [
    formulaToText(left),
    formulaToText(symbols),
    formulaToText(numbers),
    formatNumber(result),
  ])
  const fits = columns.map((cells) => cells.filter((cell) => cell !== '').join(' = ').length + 2 <= LINE_WIDTH)
  const widths = [0, 1, 2].map((column) =>
    Math.max(...columns.map((cells, index) => (column === 0 || fits[index] ? [...cells[column]].length : 0))),
  )
  return columns.map((cells, index) => (fits[index] ? alignedLine(cells, widths) : brokenLine(cells, widths[0])))
}

function alignedLine(cells: string[], widths: number[]): string {
  let line = cells[0].padEnd(widths[0])
  for (let column = 1; column < cells.length; column++) {
    const width = widths[column] ?? 0
    if (width > 0 || column === cells.length - 1)
      line += cells[column] === '' ? ' '.repeat(width + 3) : ` = ${cells[column].padEnd(width)}`
  }
  return line
}

function brokenLine([left, ...others]: string[], width: number): string {
  const start = `\n  ${' '.repeat(width)}`
  return (
    left.padEnd(width) +
    others
      .filter((cell) => cell !== '')
      .map((cell) => ` = ${cell}`)
      .join(start)
  )
}

function formulaToText(formula: Formula): string {
  return formula.map((term, index) => termToText(term, isFirst(formula, index))).join('')
}

/** Where a negative number needs no brackets */
function isFirst(formula: Formula, index: number): boolean {
  const before = formula[index - 1]
  return before === undefined || (before.kind === 'sign' && before.text === ', ')
}

function termToText(term: Term, isBare: boolean): string {
  switch (term.kind) {
    case 'name':
      return nameToText(term)
    case 'number': {
      const text = formatNumber(term.value)
      return isBare || !text.startsWith('−') ? text : `(${text})`
    }
    case 'sign':
    case 'words':
      return term.text
    case 'group':
      return `(${formulaToText(term.content)})`
    case 'power':
      return powerToText(term.base, term.exponent)
    case 'fraction':
      return `${formulaToText(term.above)} / ${formulaToText(term.below)}`
    case 'derivative':
      return `∂${termToText(term.of, true)}/∂${termToText(term.by, true)}`
  }
}

function nameToText({ base, index = '', isUpdated }: Term & { kind: 'name' }): string {
  const isNumbered = index === '' || /^\d/.test(index)
  return `${base}${isNumbered ? '' : ' '}${index}${isUpdated ? '⁺' : ''}`
}

function powerToText(base: Term, exponent: Formula): string {
  if (base.kind === 'name' && base.base === 'e') return `e^${formulaToText(exponent)}`
  // Squares and cubes, as in the tables; a negative number is put into brackets.
  const [raised] = exponent
  return `${termToText(base, false)}${raised.kind === 'number' && raised.value === 3 ? '³' : '²'}`
}

// MathML: presentation elements only

function sectionToMathML({ title, equations, note }: Section): string[] {
  return [
    inMath(`<mtext>${escaped(title)}</mtext>`, 'margin: 1.2em 0 0.6em; font-weight: bold'),
    ...equations.map((equation) => inMath(equationToMathML(equation))),
    ...(note === undefined ? [] : [inMath(`<mtext>${escaped(note)}</mtext>`)]),
  ]
}

/** With a margin, since neighboring fractions touch without one */
function inMath(content: string, style = 'margin: 0.6em 0'): string {
  return `<math xmlns="http://www.w3.org/1998/Math/MathML" display="block" style="${style}">${content}</math>`
}

function equationToMathML({ left, symbols, numbers, result }: Equation): string {
  const sides = [left, symbols, numbers].filter((side) => side !== undefined).map(formulaToMathML)
  return [...sides, numberToMathML(result)].join('<mo>=</mo>')
}

/** A single element, whatever the formula's length */
function formulaToMathML(formula: Formula): string {
  const elements = formula.map((term, index) => termToMathML(term, isFirst(formula, index)))
  return elements.length === 1 ? elements[0] : `<mrow>${elements.join('')}</mrow>`
}

function termToMathML(term: Term, isBare: boolean): string {
  switch (term.kind) {
    case 'name':
      return nameToMathML(term)
    case 'number':
      return isBare || term.value >= 0 ? numberToMathML(term.value) : inBrackets(numberToMathML(term.value))
    case 'sign':
      // A space alone is none here: elements keep their distance.
      return term.text.trim() === '' ? '' : `<mo>${escaped(term.text.trim())}</mo>`
    case 'words':
      return `<mtext>${escaped(term.text.replace(/^ | $/g, '\u00a0'))}</mtext>`
    case 'group':
      return inBrackets(formulaToMathML(term.content))
    case 'power':
      return `<msup>${termToMathML(term.base, false)}${formulaToMathML(term.exponent)}</msup>`
    case 'fraction':
      return `<mfrac>${withoutBrackets(term.above)}${withoutBrackets(term.below)}</mfrac>`
    case 'derivative':
      return `<mfrac>${differential(term.of)}${differential(term.by)}</mfrac>`
  }
}

const differential = (term: Term): string => `<mrow><mi>∂</mi>${termToMathML(term, true)}</mrow>`
const inBrackets = (content: string): string => `<mrow><mo>(</mo>${content}<mo>)</mo></mrow>`

function withoutBrackets(formula: Formula): string {
  const [first] = formula
  return formulaToMathML(formula.length === 1 && first.kind === 'group' ? first.content : formula)
}

function nameToMathML({ base, index, isUpdated }: Term & { kind: 'name' }): string {
  const letters = `<mi>${escaped(base)}</mi>`
  if (index === undefined) return letters
  const below = /^\d+$/.test(index) ? `<mn>${index}</mn>` : `<mi>${escaped(index)}</mi>`
  return isUpdated ? `<msubsup>${letters}${below}<mo>+</mo></msubsup>` : `<msub>${letters}${below}</msub>`
}

/** −1.5e−7 as −1.5 · 10^−7 */
function numberToMathML(value: number): string {
  const [mantissa, exponent] = formatNumber(value).replace('e+', 'e').split('e')
  const digits = withSign(mantissa)
  if (exponent === undefined) return digits
  return `<mrow>${digits}<mo>·</mo><msup><mn>10</mn>${withSign(exponent)}</msup></mrow>`
}

function withSign(text: string): string {
  return text.startsWith('−') ? `<mrow><mo>−</mo><mn>${text.slice(1)}</mn></mrow>` : `<mn>${text}</mn>`
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
