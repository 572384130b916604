// Which equations explain a pass, in the tutorial's order and notation. How they are written is explain-text.ts's matter.

import { refuse } from '../../options/check.ts'
import { activations } from '../../tables/activations.ts'
import { type LossName, losses } from '../../tables/losses.ts'
import type { ExplainedLayer, ExplainedNeuron, ExplainedPath, ExplainedWeight, ExplanationData } from './explanation.ts'
import {
  derivative,
  type Equation,
  type Formula,
  joined,
  named,
  number,
  parameter,
  readFormula,
  shortened,
  sign,
  type Term,
  words,
} from './formula.ts'

/** Equations under a title */
export interface Section {
  readonly title: string
  readonly equations: readonly Equation[]
  /** What was left out */
  readonly note?: string
}

/** Of more than MOST_SHOWN neurons, weights or paths, only the first FEW are shown. */
const MOST_SHOWN = 8
const FEW = 3

const error: Term = { kind: 'name', base: 'E' }
const rate: Term = { kind: 'name', base: 'η' }
const total = named('E', 'total')
const net = ({ name }: ExplainedNeuron): Term => named('net', name)
const out = ({ name }: ExplainedNeuron): Term => named('out', name)
const byNet = (neuron: ExplainedNeuron): Term => derivative(error, net(neuron))
const through = ({ through: above }: ExplainedPath): Term => words(`through ${above}`)
const byOut = (neuron: ExplainedNeuron): Term => derivative(error, out(neuron))

/** By loss: an output's part of the error, and its derivatives; n is the number of outputs */
const lossFormulas: Partial<Record<string, { error: string; byOut?: string; byNet?: string }>> = {
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

/** The whole pass: forward, errors, and backward from the output layer down, with every weight */
export function passSections(data: ExplanationData): Section[] {
  return [
    givenSection(data),
    ...data.layers.map((layer, index) => forwardSection(data, layer, index)),
    errorSection(data),
    ...[...data.layers.keys()].reverse().flatMap((index) => backwardSections(data, index)),
  ]
}

/** What leads to one weight or bias */
export function weightSections(data: ExplanationData, name: unknown): Section[] {
  for (const [index, layer] of data.layers.entries()) {
    for (const neuron of layer.neurons) {
      const weight = [...neuron.weights, ...(neuron.bias ? [neuron.bias] : [])].find((each) => each.name === name)
      if (weight) return chainSections(data, index, neuron, weight)
    }
  }
  return refuseWeight(data, name)
}

function refuseWeight({ layers }: ExplanationData, name: unknown): never {
  const neurons = layers.flatMap((layer) => layer.neurons)
  const weights = neurons.flatMap((neuron) => neuron.weights.map((weight) => weight.name))
  const biases = neurons.flatMap(({ bias }) => (bias ? [bias.name] : []))
  const range = (names: string[]) => (names.length > 1 ? `${names[0]} to ${names[names.length - 1]}` : names[0])
  const expected = `a weight (${range(weights)})${biases.length > 0 ? ` or a bias (${range(biases)})` : ''}`
  const nearest = nearestName(name, weights, biases)
  const advice = nearest === undefined ? '' : `; did you mean "${nearest}"?`
  refuse('weight', expected, name, advice)
}

/** "W_5" → w5, "w99" → the last weight */
function nearestName(name: unknown, weights: string[], biases: string[]): string | undefined {
  if (typeof name !== 'string') return undefined
  const [, letter, digits] = /^\s*([wb])\D*(\d+)\s*$/i.exec(name) ?? []
  if (letter === undefined) return undefined
  const wanted = Number(digits)
  const distance = (candidate: string) => Math.abs(Number(candidate.slice(1)) - wanted)
  const names = letter.toLowerCase() === 'w' ? weights : biases
  return names.reduce<string | undefined>(
    (nearest, each) => (nearest === undefined || distance(each) < distance(nearest) ? each : nearest),
    undefined,
  )
}

function layerTitle({ layers }: ExplanationData, index: number): string {
  const { activation } = layers[index]
  if (index === layers.length - 1) return `output layer (${activation})`
  return layers.length === 2 ? `hidden layer (${activation})` : `hidden layer ${index + 1} (${activation})`
}

/** The first of many, and a note about the others */
function firstFew<T>(items: readonly T[], what: string): { shown: readonly T[]; note?: string } {
  if (items.length <= MOST_SHOWN) return { shown: items }
  return { shown: items.slice(0, FEW), note: `… and ${items.length - FEW} more ${what}` }
}

function withNote(title: string, equations: Equation[], ...notes: (string | undefined)[]): Section {
  const note = notes.filter((each) => each !== undefined).join('; ')
  return { title, equations, ...(note === '' ? {} : { note }) }
}

function givenSection({ inputs, layers, learningRate }: ExplanationData): Section {
  const given = firstFew(inputs, 'inputs')
  const outputs = firstFew(layers[layers.length - 1].neurons, 'targets')
  const equations = [
    ...given.shown.map(({ name, value }) => ({ left: [parameter(name)], result: value })),
    ...outputs.shown.map(({ name, target = 0 }) => ({ left: [named('target', name)], result: target })),
    { left: [rate], result: learningRate },
  ]
  return withNote('Inputs and targets (as scaled), learning rate', equations, given.note, outputs.note)
}

function forwardSection(data: ExplanationData, layer: ExplainedLayer, index: number): Section {
  const { shown, note } = firstFew(layer.neurons, 'neurons')
  const equations = shown.flatMap((neuron) => [netEquation(neuron), outEquation(layer, neuron)])
  return withNote(`Forward pass, ${layerTitle(data, index)}`, equations, note)
}

/** net h1 = w1 · i1 + w2 · i2 + b1 */
function netEquation(neuron: ExplainedNeuron): Equation {
  const sum = (product: (weight: ExplainedWeight) => Formula, bias: Term[]) => {
    const terms = shortened(neuron.weights.map(product), ' + ')
    return bias.length > 0 ? joined([terms, bias], ' + ') : terms
  }
  const { bias } = neuron
  return {
    left: [net(neuron)],
    symbols: sum(
      (weight) => [parameter(weight.name), sign(' · '), sourceTerm(weight)],
      bias ? [parameter(bias.name)] : [],
    ),
    numbers: sum(
      ({ value, netByWeight }) => numbersJoined([value, netByWeight], ' · '),
      bias ? [number(bias.value)] : [],
    ),
    result: neuron.net,
  }
}

/** What a weight is multiplied by: i1, out h1, or 1 for a bias */
function sourceTerm({ from }: ExplainedWeight): Term {
  if (from === '1') return number(1)
  return from.startsWith('i') ? parameter(from) : named('out', from)
}

function numbersJoined(values: readonly number[], between: string): Formula {
  return joined(
    values.map((value) => [number(value)]),
    between,
  )
}

/** Both forms of a formula about one neuron, as far as they say something */
function bothForms(formula: string, neuron: ExplainedNeuron, outputs = 1): Pick<Equation, 'symbols' | 'numbers'> {
  if (/^\d+$/.test(formula)) return {}
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
  if (/^\w+$|Σ| if | or | = |rule/u.test(formula)) return { symbols }
  const values = { net: number(netValue), out: number(output), target: number(target), n }
  return { symbols, numbers: readFormula(text, values) }
}

/** Where a formula is more than an expression, so that it does not run into the next = sign */
function inBrackets(formula: string): string {
  return / if | or | = /.test(formula) ? `(${formula})` : formula
}

function outEquation({ activation }: ExplainedLayer, neuron: ExplainedNeuron): Equation {
  return {
    left: [out(neuron)],
    ...bothForms(inBrackets(activations[activation].formula), neuron),
    result: neuron.output,
  }
}

function errorSection({ layers, loss, totalError }: ExplanationData): Section {
  const { neurons } = layers[layers.length - 1]
  const { shown, note } = firstFew(neurons, 'errors')
  const equations = shown.map((neuron) => ({
    left: [named('E', neuron.name)],
    ...bothForms(lossFormulas[loss]?.error ?? '0', neuron, neurons.length),
    result: neuron.error ?? 0,
  }))
  const sum = (part: (neuron: ExplainedNeuron) => Term) =>
    shortened(
      neurons.map((neuron) => [part(neuron)]),
      ' + ',
    )
  const symbols = sum(({ name }) => named('E', name))
  const numbers = neurons.length > 1 ? { numbers: sum((neuron) => number(neuron.error ?? 0)) } : {}
  return withNote(
    `Error: ${loss}, ${losses[loss as LossName].formula}`,
    [...equations, { left: [total], symbols, ...numbers, result: totalError }],
    note,
  )
}

/** A section per neuron */
function backwardSections(data: ExplanationData, index: number): Section[] {
  const { shown, note } = firstFew(data.layers[index].neurons, 'neurons')
  return shown.map((neuron, position) => {
    const weights = firstFew(neuron.weights, `weights of ${neuron.name}`)
    const all = neuron.bias ? [...weights.shown, neuron.bias] : weights.shown
    const equations = [
      ...deltaEquations(data, index, neuron),
      ...all.flatMap((weight) => weightEquations(data, neuron, weight)),
    ]
    const isLast = position === shown.length - 1
    return withNote(
      `Backward pass, ${layerTitle(data, index)}, ${neuron.name}`,
      equations,
      weights.note,
      isLast ? note : undefined,
    )
  })
}

/** From ∂E/∂out to ∂E/∂net */
function deltaEquations(data: ExplanationData, index: number, neuron: ExplainedNeuron): Equation[] {
  return [
    ...(neuron.paths ? pathEquations(neuron) : outputErrorEquations(data, neuron)),
    ...outByNetEquations(data.layers[index], neuron),
    byNetEquation(data, data.layers[index], neuron),
  ]
}

/** ∂E/∂out of an output neuron, if it has one */
function outputErrorEquations({ layers, loss }: ExplanationData, neuron: ExplainedNeuron): Equation[] {
  if (neuron.errorByOutput === undefined) return []
  const formula = bothForms(lossFormulas[loss]?.byOut ?? '0', neuron, layers[layers.length - 1].neurons.length)
  return [{ left: [byOut(neuron)], ...formula, result: neuron.errorByOutput }]
}

/** ∂E/∂out of a hidden neuron: a term for each path, and their sum */
function pathEquations(neuron: ExplainedNeuron): Equation[] {
  const { paths = [], errorByOutput = 0 } = neuron
  const left = [byOut(neuron)]
  const terms = firstFew(paths, 'paths').shown.map((path) => ({
    left: [through(path)],
    symbols: [derivative(error, named('net', path.through)), sign(' · '), parameter(path.weight)],
    numbers: numbersJoined([path.errorByNet, path.weightValue], ' · '),
    result: path.contribution,
  }))
  if (paths.length === 1) return [{ ...terms[0], left }]
  const symbols = shortened(
    paths.map((path) => [through(path)]),
    ' + ',
  )
  const numbers = shortened(
    paths.map(({ contribution }) => [number(contribution)]),
    ' + ',
  )
  return [...terms, { left, symbols, numbers, result: errorByOutput }]
}

/** ∂out/∂net, where the activation has one */
function outByNetEquations({ activation }: ExplainedLayer, neuron: ExplainedNeuron): Equation[] {
  if (neuron.outputByNet === undefined || neuron.errorByOutput === undefined) return []
  const formula = activations[activation].derivative
  const forms = bothForms(inBrackets(formula), neuron)
  return [{ left: [derivative(out(neuron), net(neuron))], ...forms, result: neuron.outputByNet }]
}

function byNetEquation(data: ExplanationData, layer: ExplainedLayer, neuron: ExplainedNeuron): Equation {
  const equation = { left: [byNet(neuron)], result: neuron.errorByNet }
  const { errorByOutput, outputByNet } = neuron
  if (errorByOutput === undefined) {
    const outputs = data.layers[data.layers.length - 1].neurons.length
    return { ...equation, ...bothForms(lossFormulas[data.loss]?.byNet ?? '0', neuron, outputs) }
  }
  if (layer.activation === 'softmax') return { ...equation, ...softmaxForms(layer, neuron) }
  if (outputByNet === undefined) return equation
  const symbols = joined([[byOut(neuron)], [derivative(out(neuron), net(neuron))]], ' · ')
  return { ...equation, symbols, numbers: numbersJoined([errorByOutput, outputByNet], ' · ') }
}

/** Softmax: out · (∂E/∂out − Σ ∂E/∂out · out), the sum over all neurons of the layer */
function softmaxForms({ neurons }: ExplainedLayer, neuron: ExplainedNeuron): Pick<Equation, 'symbols' | 'numbers'> {
  const mean = neurons.reduce((sum, { errorByOutput = 0, output }) => sum + errorByOutput * output, 0)
  const every = derivative(error, { kind: 'name', base: 'out' })
  const sum: Formula = [sign('Σ '), every, sign(' · '), { kind: 'name', base: 'out' }]
  return {
    symbols: [out(neuron), sign(' · '), { kind: 'group', content: [byOut(neuron), sign(' − '), ...sum] }],
    numbers: [
      number(neuron.output),
      sign(' · '),
      { kind: 'group', content: numbersJoined([neuron.errorByOutput ?? 0, mean], ' − ') },
    ],
  }
}

/** ∂net/∂w, the product of the chain, and the weight after the step */
function weightEquations(data: ExplanationData, neuron: ExplainedNeuron, weight: ExplainedWeight): Equation[] {
  const updated: Term = { ...parameter(weight.name), isUpdated: true } as Term
  if (weight.isFrozen) {
    return [{ left: [updated], symbols: [parameter(weight.name), words(' (frozen)')], result: weight.updated }]
  }
  const netByWeight = derivative(net(neuron), parameter(weight.name))
  const source = weight.from === '1' ? {} : { symbols: [sourceTerm(weight)] }
  return [
    { left: [netByWeight], ...source, result: weight.netByWeight },
    chainEquation(neuron, weight, netByWeight),
    { left: [updated], ...updateForms(data, weight), result: weight.updated },
  ]
}

/** ∂E/∂w5 = ∂E/∂out o1 · ∂out o1/∂net o1 · ∂net o1/∂w5 */
function chainEquation(neuron: ExplainedNeuron, weight: ExplainedWeight, netByWeight: Term): Equation {
  const { errorByOutput, outputByNet, errorByNet } = neuron
  const isWhole = errorByOutput !== undefined && outputByNet !== undefined
  const factors = isWhole ? [byOut(neuron), derivative(out(neuron), net(neuron))] : [byNet(neuron)]
  const values = isWhole ? [errorByOutput, outputByNet] : [errorByNet]
  return {
    left: [derivative(error, parameter(weight.name))],
    symbols: joined(
      [...factors, netByWeight].map((factor) => [factor]),
      ' · ',
    ),
    numbers: numbersJoined([...values, weight.netByWeight], ' · '),
    result: weight.errorByWeight,
  }
}

function updateForms(data: ExplanationData, weight: ExplainedWeight): Pick<Equation, 'symbols' | 'numbers'> {
  const { optimizer, learningRate, isPlainStep } = data
  const old = parameter(weight.name)
  if (!isPlainStep) return { symbols: [old, words(` after one ${optimizer} step`)] }
  return {
    symbols: [old, sign(' − '), rate, sign(' · '), derivative(error, old)],
    numbers: [number(weight.value), sign(' − '), ...numbersJoined([learningRate, weight.errorByWeight], ' · ')],
  }
}

/** One weight: for a hidden one, first ∂E/∂net of the neurons that its neuron leads to */
function chainSections(
  data: ExplanationData,
  index: number,
  neuron: ExplainedNeuron,
  weight: ExplainedWeight,
): Section[] {
  const place = weight.from === '1' ? `the bias of ${weight.to}` : `from ${weight.from} to ${weight.to}`
  const above = weight.isFrozen || !neuron.paths ? [] : data.layers[index + 1].neurons
  const { shown, note } = firstFew(above, `neurons above ${neuron.name}`)
  const aboveEquations = shown.flatMap((each) =>
    each.paths ? [byNetEquation(data, data.layers[index + 1], each)] : deltaEquations(data, index + 1, each),
  )
  // The chain's product contains ∂E/∂net, unless that is all there is.
  const isWhole = neuron.errorByOutput !== undefined && neuron.outputByNet !== undefined
  const deltas = weight.isFrozen ? [] : deltaEquations(data, index, neuron)
  const equations = [...(isWhole ? deltas.slice(0, -1) : deltas), ...weightEquations(data, neuron, weight)]
  return [
    ...(aboveEquations.length > 0 ? [withNote(`Above ${neuron.name}`, aboveEquations, note)] : []),
    withNote(`Chain of ${weight.name}, ${place}`, equations),
  ]
}
