// The equations of the forward pass, and of the error.

import { activations } from '../../tables/activations.ts'
import { type LossName, losses } from '../../tables/losses.ts'
import type { ExplainedLayer, ExplainedNeuron, ExplainedWeight, ExplanationData } from './explanation.ts'
import { type Equation, type Formula, joined, named, number, parameter, shortened, sign, type Term } from './formula.ts'
import { firstFew, layerTitle, type Section, withNote } from './section.ts'
import {
  bothForms,
  inBrackets,
  lossFormulas,
  net,
  noForms,
  numbersJoined,
  out,
  rate,
  sourceTerm,
  total,
} from './terms.ts'

export function givenSection({ inputs, layers, learningRate }: ExplanationData): Section {
  const given = firstFew(inputs, 'inputs')
  const outputs = firstFew(layers[layers.length - 1].neurons, 'targets')
  const equations = [
    ...given.shown.map(({ name, value }) => ({ left: [parameter(name)], ...noForms, result: value })),
    ...outputs.shown.map(({ name, target = 0 }) => ({ left: [named('target', name)], ...noForms, result: target })),
    { left: [rate], ...noForms, result: learningRate },
  ]
  return withNote('Inputs and targets (as scaled), learning rate', equations, given.note, outputs.note)
}

export function forwardSection(data: ExplanationData, layer: ExplainedLayer, index: number): Section {
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

function outEquation({ activation }: ExplainedLayer, neuron: ExplainedNeuron): Equation {
  return {
    left: [out(neuron)],
    ...bothForms(inBrackets(activations[activation].formula), neuron),
    result: neuron.output,
  }
}

export function errorSection({ layers, loss, totalError }: ExplanationData): Section {
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
  const numbers = neurons.length > 1 ? sum((neuron) => number(neuron.error ?? 0)) : undefined
  return withNote(
    `Error: ${loss}, ${losses[loss as LossName].formula}`,
    [...equations, { left: [total], symbols, numbers, result: totalError }],
    note,
  )
}
