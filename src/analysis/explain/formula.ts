// Formulas as small trees, so that text and MathML are two ways to write the same equations. A formula comes from a string
// of the tables, such as '1 / (1 + e^−net)', with names or with numbers in the places of its variables.

export type Term =
  | { readonly kind: 'name'; readonly base: string; readonly index?: string; readonly isUpdated?: true }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'power'; readonly base: Term; readonly exponent: Formula }
  | { readonly kind: 'group'; readonly content: Formula }
  | { readonly kind: 'fraction'; readonly above: Formula; readonly below: Formula }
  | { readonly kind: 'derivative'; readonly of: Term; readonly by: Term }

export type Formula = readonly Term[]

/** left = symbols = numbers = result, without those that would say nothing */
export interface Equation {
  readonly left: Formula
  readonly symbols: Formula | undefined
  readonly numbers: Formula | undefined
  readonly result: number
}

export const number = (value: number): Term => ({ kind: 'number', value })
export const sign = (text: string): Term => ({ kind: 'sign', text })
export const words = (text: string): Term => ({ kind: 'words', text })
export const derivative = (of: Term, by: Term): Term => ({ kind: 'derivative', of, by })
/** `named('net', 'h1')`: net h1 */
export const named = (base: string, index: string): Term => ({ kind: 'name', base, index })
/** `parameter('w5')`: w with the index 5 */
export const parameter = (name: string): Term => named(name[0], name.slice(1))

/** The terms with the sign between them */
export function joined(parts: readonly Formula[], between: string): Formula {
  return parts.flatMap((part, index) => (index === 0 ? part : [sign(between), ...part]))
}

/** A long sum or product keeps this many parts at its start, and its last */
const PARTS_KEPT = 2
const MOST_PARTS = 4

/** Like `joined`, with … for the middle of a long one */
export function shortened(parts: readonly Formula[], between: string): Formula {
  if (parts.length <= MOST_PARTS) return joined(parts, between)
  return joined([...parts.slice(0, PARTS_KEPT), [sign('…')], parts[parts.length - 1]], between)
}

const PHRASE = ' if |, else |, or | below | beyond |by the product rule|, (?=s = )'
const TOKEN = `(${PHRASE})|e\\^(−?)(\\w+)|(½|\\p{Letter}+)([²³]?)|(\\d+(?:\\.\\d+)?)|(\\()|(\\)[²³]?)|([^\\p{Letter}\\d()½]+?(?=${PHRASE}|[\\p{Letter}\\d()½]|$))`
/** Made when it is needed: Hermes knows no \p, and would refuse the whole library. */
let token: RegExp | undefined

/** Reads a table's formula, with what stands for its variables (net, out, target …). */
export function readFormula(text: string, variables: Readonly<Record<string, Term>>): Formula {
  token ??= new RegExp(TOKEN, 'gu')
  const open: Term[][] = [[]]
  for (const [, phrase, minus, exponent, word, raised, digits, opening, closing, signs] of text.matchAll(token)) {
    const content = open[open.length - 1]
    const variable = (name: string): Term => variables[name] ?? { kind: 'name', base: name }
    if (phrase) content.push(words(phrase))
    else if (exponent)
      content.push(power({ kind: 'name', base: 'e' }, [...(minus ? [sign(minus)] : []), variable(exponent)]))
    else if (word) content.push(raised ? power(variable(word), [number(EXPONENTS[raised])]) : variable(word))
    else if (digits) content.push(number(Number(digits)))
    else if (opening) open.push([])
    else if (closing) closeGroup(open, closing)
    else content.push(sign(signs))
  }
  return withFraction(open[0])
}

function power(base: Term, exponent: Formula): Term {
  return { kind: 'power', base, exponent }
}

const EXPONENTS: Record<string, number> = { '²': 2, '³': 3 }

function closeGroup(open: Term[][], [, raised]: string): void {
  const group: Term = { kind: 'group', content: withFraction(open.pop() ?? []) }
  open[open.length - 1].push(raised ? power(group, [number(EXPONENTS[raised])]) : group)
}

/** a / b as one fraction, where the formula, or what stands behind its last = sign, is one */
function withFraction(formula: Formula): Formula {
  const start = formula.map(isSign(' = ')).lastIndexOf(true) + 1
  const slash = formula.findIndex(isSign(' / '))
  if (slash < start) return formula
  const fraction: Term = { kind: 'fraction', above: formula.slice(start, slash), below: formula.slice(slash + 1) }
  return [...formula.slice(0, start), fraction]
}

function isSign(text: string): (term: Term) => boolean {
  return (term) => term.kind === 'sign' && term.text === text
}
