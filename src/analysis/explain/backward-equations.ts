// The equations of the backward pass: from ∂E/∂out over ∂E/∂net to ∂E/∂w and the new weight.

import { activations } from '../../tables/activations.ts'
import type { ExplainedLayer, ExplainedNeuron, ExplainedWeight, ExplanationData } from './explanation.ts'
import {
  derivative,
  type Equation,
  type Formula,
  joined,
  named,
  number,
  parameter,
  shortened,
  sign,
  type Term,
  words,
} from './formula.ts'
import { firstFew } from './section.ts'
import {
  bothForms,
  byNet,
  byOut,
  error,
  inBrackets,
  lossFormulas,
  net,
  noForms,
  numbersJoined,
  out,
  rate,
  sourceTerm,
  through,
} from './terms.ts'

/** From ∂E/∂out to ∂E/∂net */
export function deltaEquations(data: ExplanationData, index: number, neuron: ExplainedNeuron): Equation[] {
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

export function byNetEquation(data: ExplanationData, layer: ExplainedLayer, neuron: ExplainedNeuron): Equation {
  const equation = { left: [byNet(neuron)], ...noForms, result: neuron.errorByNet }
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
export function weightEquations(data: ExplanationData, neuron: ExplainedNeuron, weight: ExplainedWeight): Equation[] {
  const updated: Term = { ...parameter(weight.name), isUpdated: true } as Term
  if (weight.isFrozen) {
    return [
      { left: [updated], ...noForms, symbols: [parameter(weight.name), words(' (frozen)')], result: weight.updated },
    ]
  }
  const netByWeight = derivative(net(neuron), parameter(weight.name))
  const symbols = weight.from === '1' ? undefined : [sourceTerm(weight)]
  return [
    { left: [netByWeight], ...noForms, symbols, result: weight.netByWeight },
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
  if (!isPlainStep) return { ...noForms, symbols: [old, words(` after one ${optimizer} step`)] }
  return {
    symbols: [old, sign(' − '), rate, sign(' · '), derivative(error, old)],
    numbers: [number(weight.value), sign(' − '), ...numbersJoined([learningRate, weight.errorByWeight], ' · ')],
  }
}
