// Which equations explain a pass, in the tutorial's order and notation. How they are written is text.ts's matter.

import { refuse } from '../../options/check.ts'
import { byNetEquation, deltaEquations, weightEquations } from './backward-equations.ts'
import type { ExplainedNeuron, ExplainedWeight, ExplanationData } from './explanation.ts'
import { errorSection, forwardSection, givenSection } from './forward-equations.ts'
import { firstFew, layerTitle, type Section, withNote } from './section.ts'

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
