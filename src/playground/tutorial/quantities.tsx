// How every number of an epoch came about: the formula in symbols, with its numbers, and the numbers that it is made of, each
// of which is a quantity again, down to the data. The names are those that checkCalculation takes.
import type { ExplainedNeuron, ExplainedWeight } from 'wasmprop'
import * as m from './math.tsx'
import type { Pass } from './run.ts'

export interface Quantity {
  readonly name: string
  /** For the ear, and for buttons: "new w5", "out h1, row 2" */
  readonly spoken: string
  readonly symbol: m.Formula
  readonly value: number
  readonly symbols?: m.Formula
  readonly numbers?: m.Formula
  /** Names of what it is made of */
  readonly operands: readonly string[]
  /** Where it comes from, if no formula says so */
  readonly note?: string
}

type Parts = Pick<Quantity, 'symbol' | 'value'> & Partial<Quantity>

/** `net h1`, and in a batch of several rows `net h1 row 2` */
export const inRow = (pass: Pass, name: string, row: number): string =>
  pass.rows.length === 1 ? name : `${name} row ${row + 1}`

export const neuronsOf = ({ rows }: Pass, row: number): ExplainedNeuron[] =>
  rows[row].layers.flatMap(({ neurons }) => neurons)

const parametersOf = ({ weights, bias }: ExplainedNeuron): ExplainedWeight[] =>
  bias ? [...weights, bias] : [...weights]

const isHidden = (name: string): boolean => name.startsWith('h')

export function quantityOf(pass: Pass, name: string): Quantity {
  const [, base, rowNumber] = /^(.*?)(?: row (\d+))?$/.exec(name) as unknown as [string, string, string | undefined]
  const row = Number(rowNumber ?? 1) - 1
  const spoken = `${base.replace(/^([wb]\d+)$/, 'new $1')}${rowNumber === undefined ? '' : `, row ${rowNumber}`}`
  return { name, spoken, operands: [], ...partsOf(pass, base, row, rowNumber !== undefined || pass.rows.length === 1) }
}

function partsOf(pass: Pass, base: string, row: number, isOfRow: boolean): Parts {
  const [, kind, of] =
    /^(∂E\/∂out |∂out\/∂net |∂E\/∂net |net |out |target |∂net\/∂|∂E\/∂|old |E |)(.*)$/.exec(base) ?? []
  switch (kind) {
    case 'net ':
      return netParts(pass, of, row)
    case 'out ':
      return outParts(pass, of, row)
    case 'target ':
      return targetParts(pass, of, row)
    case 'E ':
      return of === 'total' ? totalParts(pass, row, isOfRow) : errorParts(pass, of, row)
    case '∂E/∂out ':
      return isHidden(of) ? hiddenErrorParts(pass, of, row) : outputErrorParts(pass, of, row)
    case '∂out/∂net ':
      return slopeParts(pass, of, row)
    case '∂E/∂net ':
      return deltaParts(pass, of, row)
    case '∂net/∂':
      return sourceParts(pass, of, row)
    case '∂E/∂':
      return isOfRow ? gradientParts(pass, of, row) : batchGradientParts(pass, of)
    case 'old ':
      return oldWeightParts(pass, of)
    default:
      return of === 'η' ? rateParts(pass) : of.startsWith('i') ? inputParts(pass, of, row) : newWeightParts(pass, of)
  }
}

function neuron(pass: Pass, name: string, row: number): ExplainedNeuron {
  return neuronsOf(pass, row).find((each) => each.name === name)!
}

function weightOf(pass: Pass, name: string, row: number): { to: ExplainedNeuron; weight: ExplainedWeight } {
  for (const to of neuronsOf(pass, row)) {
    const weight = parametersOf(to).find((each) => each.name === name)
    if (weight) return { to, weight }
  }
  throw new Error(`no weight ${name}`)
}

/** What a weight is multiplied by */
const sourceName = (pass: Pass, { from }: ExplainedWeight, row: number): string =>
  inRow(pass, from.startsWith('i') ? from : `out ${from}`, row)
const sourceSymbol = ({ from }: ExplainedWeight): m.Formula =>
  from.startsWith('i') ? m.weight(from) : m.named('out', from)

function inputParts({ lesson, rows }: Pass, name: string, row: number): Parts {
  const column = Number(name.slice(1)) - 1
  const { value } = rows[row].inputs[column]
  const raw = lesson.inputs[row][column]
  const scale = lesson.inputScale[column]
  const common = { symbol: m.weight(name), value }
  if (scale === 1) return { ...common, note: 'The data: what goes in.' }
  return {
    ...common,
    numbers: m.fraction(m.numberOf(raw), m.numberOf(scale)),
    note: `The data: ${raw} hours ${lesson.inputNames[column]}, divided by the largest, ${scale}.`,
  }
}

function targetParts(pass: Pass, of: string, row: number): Parts {
  const { lesson } = pass
  const raw = lesson.targets[row][Number(of.slice(1)) - 1]
  const common = { symbol: m.named('target', of), value: neuron(pass, of, row).target ?? 0 }
  if (lesson.targetScale === 1) return { ...common, note: 'The data: what is to come out.' }
  return {
    ...common,
    numbers: m.fraction(m.numberOf(raw), m.numberOf(lesson.targetScale)),
    note: `The data: a score of ${raw}, divided by ${lesson.targetScale}.`,
  }
}

function netParts(pass: Pass, of: string, row: number): Parts {
  const { net, weights, bias } = neuron(pass, of, row)
  const products = weights.map((weight) => m.joined([m.weight(weight.name), sourceSymbol(weight)], '·'))
  const numbers = weights.map(({ value, netByWeight }) => m.joined([m.numberOf(value), m.numberOf(netByWeight)], '·'))
  return {
    symbol: m.named('net', of),
    value: net,
    symbols: m.joined([...products, ...(bias ? [m.weight(bias.name)] : [])], '+'),
    numbers: m.joined([...numbers, ...(bias ? [m.numberOf(bias.value)] : [])], '+'),
    operands: [
      ...weights.flatMap((weight) => [`old ${weight.name}`, sourceName(pass, weight, row)]),
      ...(bias ? [`old ${bias.name}`] : []),
    ],
  }
}

function outParts(pass: Pass, of: string, row: number): Parts {
  const { net, output } = neuron(pass, of, row)
  return {
    symbol: m.named('out', of),
    value: output,
    symbols: m.sigmoidOf(m.named('net', of)),
    numbers: m.sigmoidOf(m.numberOf(net)),
    operands: [inRow(pass, `net ${of}`, row)],
  }
}

function errorParts(pass: Pass, of: string, row: number): Parts {
  const { target = 0, output, error = 0 } = neuron(pass, of, row)
  const half = (a: m.Formula, b: m.Formula) =>
    m.joined([m.fraction(<mn>1</mn>, <mn>2</mn>), m.square(m.brackets(m.joined([a, b], '−')))], '·')
  return {
    symbol: m.named('E', of),
    value: error,
    symbols: half(m.named('target', of), m.named('out', of)),
    numbers: half(m.numberOf(target, { isFirst: true }), m.numberOf(output)),
    operands: [inRow(pass, `target ${of}`, row), inRow(pass, `out ${of}`, row)],
  }
}

/** The error of a row, or of all rows */
function totalParts(pass: Pass, row: number, isOfRow: boolean): Parts {
  const outputs = pass.rows[row].layers[pass.rows[row].layers.length - 1].neurons
  if (!isOfRow) {
    const names = pass.rows.map((_, index) => inRow(pass, 'E total', index))
    return {
      symbol: <mi>E</mi>,
      value: pass.loss,
      symbols: m.joined(
        pass.rows.map((_, index) => m.named('E', `row ${index + 1}`)),
        '+',
      ),
      numbers: m.joined(
        pass.rows.map(({ totalError }) => m.numberOf(totalError)),
        '+',
      ),
      operands: names,
    }
  }
  const symbol = pass.rows.length === 1 ? m.named('E', 'total') : m.named('E', `row ${row + 1}`)
  return {
    symbol,
    value: pass.rows[row].totalError,
    symbols: m.joined(
      outputs.map(({ name }) => m.named('E', name)),
      '+',
    ),
    ...(outputs.length > 1
      ? {
          numbers: m.joined(
            outputs.map(({ error = 0 }) => m.numberOf(error)),
            '+',
          ),
        }
      : {}),
    operands: outputs.map(({ name }) => inRow(pass, `E ${name}`, row)),
  }
}

const E: m.Formula = <mi>E</mi>
const byOut = (of: string) => m.derivative(E, m.named('out', of))
const byNet = (of: string) => m.derivative(E, m.named('net', of))
const slope = (of: string) => m.derivative(m.named('out', of), m.named('net', of))

function outputErrorParts(pass: Pass, of: string, row: number): Parts {
  const { target = 0, output, errorByOutput = 0 } = neuron(pass, of, row)
  return {
    symbol: byOut(of),
    value: errorByOutput,
    symbols: m.joined([m.named('out', of), m.named('target', of)], '−'),
    numbers: m.joined([m.numberOf(output, { isFirst: true }), m.numberOf(target)], '−'),
    operands: [inRow(pass, `out ${of}`, row), inRow(pass, `target ${of}`, row)],
  }
}

/** A hidden neuron reaches the error through every neuron above it. */
function hiddenErrorParts(pass: Pass, of: string, row: number): Parts {
  const { paths = [], errorByOutput = 0 } = neuron(pass, of, row)
  return {
    symbol: byOut(of),
    value: errorByOutput,
    symbols: m.joined(
      paths.map(({ through, weight }) => m.joined([byNet(through), m.weight(weight)], '·')),
      '+',
    ),
    numbers: m.joined(
      paths.map(({ errorByNet, weightValue }) => m.joined([m.numberOf(errorByNet), m.numberOf(weightValue)], '·')),
      '+',
    ),
    operands: paths.flatMap(({ through, weight }) => [inRow(pass, `∂E/∂net ${through}`, row), `old ${weight}`]),
  }
}

function slopeParts(pass: Pass, of: string, row: number): Parts {
  const { output, outputByNet = 0 } = neuron(pass, of, row)
  const product = (out: m.Formula) => m.joined([out, m.brackets(m.joined([<mn>1</mn>, out], '−'))], '·')
  return {
    symbol: slope(of),
    value: outputByNet,
    symbols: product(m.named('out', of)),
    numbers: product(m.numberOf(output)),
    operands: [inRow(pass, `out ${of}`, row)],
  }
}

function deltaParts(pass: Pass, of: string, row: number): Parts {
  const { errorByOutput = 0, outputByNet = 0, errorByNet } = neuron(pass, of, row)
  return {
    symbol: byNet(of),
    value: errorByNet,
    symbols: m.joined([byOut(of), slope(of)], '·'),
    numbers: m.joined([m.numberOf(errorByOutput), m.numberOf(outputByNet)], '·'),
    operands: [inRow(pass, `∂E/∂out ${of}`, row), inRow(pass, `∂out/∂net ${of}`, row)],
  }
}

function sourceParts(pass: Pass, name: string, row: number): Parts {
  const { to, weight } = weightOf(pass, name, row)
  const symbol = m.derivative(m.named('net', to.name), m.weight(name))
  if (weight.from === '1') return { symbol, value: 1, note: 'A bias is added as it is.' }
  return { symbol, value: weight.netByWeight, symbols: sourceSymbol(weight), operands: [sourceName(pass, weight, row)] }
}

/** The chain: ∂E/∂out · ∂out/∂net · ∂net/∂w */
function gradientParts(pass: Pass, name: string, row: number): Parts {
  const { to, weight } = weightOf(pass, name, row)
  const symbol = m.derivative(pass.rows.length === 1 ? E : m.named('E', `row ${row + 1}`), m.weight(name))
  if (weight.isFrozen) return { symbol, value: 0, note: 'Stays as it is: this lesson does not train its biases.' }
  const { errorByOutput = 0, outputByNet = 0 } = to
  return {
    symbol,
    value: weight.errorByWeight,
    symbols: m.joined([byOut(to.name), slope(to.name), m.derivative(m.named('net', to.name), m.weight(name))], '·'),
    numbers: m.joined(
      [errorByOutput, outputByNet, weight.netByWeight].map((value) => m.numberOf(value)),
      '·',
    ),
    operands: [`∂E/∂out ${to.name}`, `∂out/∂net ${to.name}`, `∂net/∂${name}`].map((each) => inRow(pass, each, row)),
  }
}

/** The gradients of all rows, added */
function batchGradientParts(pass: Pass, name: string): Parts {
  const gradients = pass.rows.map((_, row) => weightOf(pass, name, row).weight.errorByWeight)
  return {
    symbol: m.derivative(E, m.weight(name)),
    value: gradients.reduce((sum, gradient) => sum + gradient, 0),
    symbols: m.joined(
      gradients.map((_, row) => m.derivative(m.named('E', `row ${row + 1}`), m.weight(name))),
      '+',
    ),
    numbers: m.joined(
      gradients.map((gradient) => m.numberOf(gradient)),
      '+',
    ),
    operands: gradients.map((_, row) => inRow(pass, `∂E/∂${name}`, row)),
  }
}

function rateParts({ rows }: Pass): Parts {
  return { symbol: <mi>η</mi>, value: rows[0].learningRate, note: 'The learning rate: how far a step goes. Chosen.' }
}

function oldWeightParts(pass: Pass, name: string): Parts {
  const { weight } = weightOf(pass, name, 0)
  const { epoch, lesson } = pass
  const note = epoch === 0 ? `The start: ${lesson.start}.` : `As epoch ${epoch} left it.`
  return { symbol: m.weight(name), value: weight.value, note }
}

/** The weight after the next step */
function newWeightParts(pass: Pass, name: string): Parts {
  const { weight } = weightOf(pass, name, 0)
  const symbol = m.weight(name, true)
  if (weight.isFrozen)
    return {
      symbol,
      value: weight.value,
      symbols: m.weight(name),
      operands: [`old ${name}`],
      note: 'Not trained here.',
    }
  const { value: gradient } = partsOf(pass, `∂E/∂${name}`, 0, pass.rows.length === 1)
  const rate = pass.rows[0].learningRate
  return {
    symbol,
    value: weight.value - rate * gradient,
    symbols: m.joined([m.weight(name), m.joined([<mi>η</mi>, m.derivative(E, m.weight(name))], '·')], '−'),
    numbers: m.joined(
      [m.numberOf(weight.value, { isFirst: true }), m.joined([m.numberOf(rate), m.numberOf(gradient)], '·')],
      '−',
    ),
    operands: [`old ${name}`, 'η', `∂E/∂${name}`],
  }
}

/** Where a quantity stands in a step */
export type Stage = 'Forward' | 'Error' | 'Backward' | 'Update'
export const stages: readonly Stage[] = ['Forward', 'Error', 'Backward', 'Update']

/** A whole step in the order in which it is calculated, for one row; the update for all */
export function stepsOf(pass: Pass, row: number): { stage: Stage; name: string }[] {
  const { layers } = pass.rows[row]
  const of = (name: string) => inRow(pass, name, row)
  const outputs = layers[layers.length - 1].neurons
  const errors = [...outputs.map(({ name }) => of(`E ${name}`)), ...(outputs.length > 1 ? [of('E total')] : [])]
  const forward = layers.flatMap(({ neurons }) => neurons.flatMap(({ name }) => [of(`net ${name}`), of(`out ${name}`)]))
  const downwards = [...layers].reverse().flatMap(({ neurons }) => neurons)
  const backward = downwards.flatMap((each) => [
    ...[`∂E/∂out ${each.name}`, `∂out/∂net ${each.name}`, `∂E/∂net ${each.name}`].map(of),
    ...trained(each).map(({ name }) => of(`∂E/∂${name}`)),
  ])
  const update = downwards.flatMap((each) => trained(each).map(({ name }) => name))
  const staged = (stage: Stage, names: string[]) => names.map((name) => ({ stage, name }))
  return [
    ...staged('Forward', forward),
    ...staged('Error', errors),
    ...staged('Backward', backward),
    ...staged('Update', update),
  ]
}

const trained = (each: ExplainedNeuron): ExplainedWeight[] => parametersOf(each).filter(({ isFrozen }) => !isFrozen)
