// The terms that the equations of a pass are made of: nets, outputs, derivatives, and formulas about one neuron.

import type { ExplainedNeuron, ExplainedPath, ExplainedWeight } from './explanation.ts'
import {
  derivative,
  type Equation,
  type Formula,
  joined,
  named,
  number,
  parameter,
  readFormula,
  type Term,
  words,
} from './formula.ts'

export const error: Term = { kind: 'name', base: 'E' }
export const rate: Term = { kind: 'name', base: 'η' }
export const total = named('E', 'total')
export const net = ({ name }: ExplainedNeuron): Term => named('net', name)
export const out = ({ name }: ExplainedNeuron): Term => named('out', name)
export const byNet = (neuron: ExplainedNeuron): Term => derivative(error, net(neuron))
export const through = ({ through: above }: ExplainedPath): Term => words(`through ${above}`)
export const byOut = (neuron: ExplainedNeuron): Term => derivative(error, out(neuron))

/** By loss: an output's part of the error, and its derivatives; n is the number of outputs */
export const lossFormulas: Partial<Record<string, { error: string; byOut?: string; byNet?: string }>> = {
  halfSquaredError: { error: '½ · (target − out)²', byOut: 'out − target' },
  meanAbsoluteError: { error: '|target − out| / n', byOut: 'sign(out − target) / n' },
  meanSquaredError: { error: '(target − out)² / n', byOut: '2 · (out − target) / n' },
  binaryCrossEntropy: {
    error: '−(target · ln(out) + (1 − target) · ln(1 − out)) / n',
    byOut: '(out − target) / (n · out · (1 − out))',
    byNet: '(out − target) / n',
  },
  categoricalCrossEntropy: { error: '−target · ln(out)', byNet: 'out − target' },
}

/** What a weight is multiplied by: i1, out h1, or 1 for a bias */
export function sourceTerm({ from }: ExplainedWeight): Term {
  if (from === '1') return number(1)
  return from.startsWith('i') ? parameter(from) : named('out', from)
}

export function numbersJoined(values: readonly number[], between: string): Formula {
  return joined(
    values.map((value) => [number(value)]),
    between,
  )
}

/** Neither form: what is there says enough */
export const noForms = { symbols: undefined, numbers: undefined }

/** Both forms of a formula about one neuron, as far as they say something */
export function bothForms(
  formula: string,
  neuron: ExplainedNeuron,
  outputs = 1,
): Pick<Equation, 'symbols' | 'numbers'> {
  if (/^\d+$/.test(formula)) return noForms
  const { name, net: netValue, output, target = 0 } = neuron
  const text = outputs === 1 ? formula.replace(' / n', '').replace('n · ', '') : formula
  const n = number(outputs)
  const symbols = readFormula(text.replace(/Σ(.*)net/, 'Σ$1every'), {
    net: net(neuron),
    out: out(neuron),
    target: named('target', name),
    every: { kind: 'name', base: 'net' },
    n,
  })
  if (/^\w+$|Σ| if | or | = |rule/u.test(formula)) return { ...noForms, symbols }
  const values = { net: number(netValue), out: number(output), target: number(target), n }
  return { symbols, numbers: readFormula(text, values) }
}

/** Where a formula is more than an expression, so that it does not run into the next = sign */
export function inBrackets(formula: string): string {
  return / if | or | = /.test(formula) ? `(${formula})` : formula
}
