// What a calculation by hand starts from, and the names and right values of all that it leads to.
import { didYouMean, unexpected } from '../../errors.ts'
import type { ActivationName } from '../../tables/activations.ts'
import type { ExplainedLayer, ExplainedNeuron, ExplainedWeight, Explanation } from '../explain/explanation.ts'

/** One full batch of rows, and the step that it leads to */
export interface Task {
  readonly rows: readonly { readonly inputs: readonly number[]; readonly targets: readonly number[] }[]
  /** Names, weights and biases; the pass in them is that of the first row. */
  readonly layers: readonly ExplainedLayer[]
  readonly loss: string
  readonly learningRate: number
  readonly isPlainStep: boolean
}

/** The rows of one batch, explained by the same network */
export function taskOf(explanations: readonly Explanation[]): Task {
  const [{ layers, loss, learningRate, isPlainStep }] = explanations
  const rows = explanations.map((each) => ({
    inputs: each.inputs.map(({ value }) => value),
    targets: each.layers[each.layers.length - 1].neurons.map(({ target = 0 }) => target),
  }))
  return { rows, layers, loss, learningRate, isPlainStep }
}

export const weightsOf = ({ weights, bias }: ExplainedNeuron): readonly ExplainedWeight[] =>
  bias ? [...weights, bias] : weights

/** `net h1` of a batch of one row, `net h1 row 2` of several */
export function namer(rows: number): (quantity: string, row: number) => string {
  return (quantity, row) => (rows === 1 ? quantity : `${quantity} row ${row + 1}`)
}

/** Losses that are means over the rows and outputs of a batch; the others are sums. */
export const isMean = (loss: string): boolean => loss !== 'halfSquaredError'

/** Every quantity by its name, as the network's engine has it */
export function rightValues(explanations: readonly Explanation[]): Map<string, number> {
  const values = new Map<string, number>()
  const of = namer(explanations.length)
  explanations.forEach(({ layers, totalError }, row) => {
    for (const neuron of layers.flatMap(({ neurons }) => neurons)) addNeuron(values, neuron, (name) => of(name, row))
    values.set(of('E total', row), totalError)
  })
  addBatch(values, explanations)
  return values
}

function addNeuron(values: Map<string, number>, neuron: ExplainedNeuron, of: (name: string) => string): void {
  const { name, net, output, error, errorByOutput, outputByNet, errorByNet } = neuron
  const quantities = {
    [`net ${name}`]: net,
    [`out ${name}`]: output,
    [`E ${name}`]: error,
    [`∂E/∂out ${name}`]: errorByOutput,
    [`∂out/∂net ${name}`]: outputByNet,
    [`∂E/∂net ${name}`]: errorByNet,
    ...Object.fromEntries(weightsOf(neuron).map((weight) => [`∂E/∂${weight.name}`, weight.errorByWeight])),
  }
  for (const [quantity, value] of Object.entries(quantities)) if (value !== undefined) values.set(of(quantity), value)
}

/** What belongs to all rows together: the error, the gradients, the new weights */
function addBatch(values: Map<string, number>, explanations: readonly Explanation[]): void {
  const [first] = explanations
  const count = explanations.length
  const share = isMean(first.loss) ? 1 / count : 1
  const sum = (parts: readonly number[]) => parts.reduce((total, part) => total + part, 0) * share
  values.set('E total', sum(explanations.map(({ totalError }) => totalError)))
  first.layers.forEach(({ neurons }, layer) => {
    neurons.forEach((neuron, unit) => {
      weightsOf(neuron).forEach((weight, source) => {
        const parts = explanations.map((each) => weightsOf(each.layers[layer].neurons[unit])[source].errorByWeight)
        const gradient = sum(parts)
        if (count > 1) values.set(`∂E/∂${weight.name}`, gradient)
        if (count === 1 || weight.isFrozen) values.set(weight.name, weight.updated)
        else if (first.isPlainStep) values.set(weight.name, weight.value - first.learningRate * gradient)
      })
    })
  })
}

/** As typed → as named: `dE/dout_h1`, `delta o1`, `gradient w5`, `new w5`, `error`, `net h1 (2)` */
export function readQuantity(text: string, names: readonly string[]): string {
  const wanted = plain(text)
  const found = names.find((name) => plain(name) === wanted)
  if (found !== undefined) return found
  const examples = names.filter((name, index) => index === 0 || /^(out o1|∂E\/∂w1|w1)( row 1)?$/.test(name))
  const nearest = didYouMean(text, names)
  throw unexpected('INVALID_DATA', 'quantity', `one such as ${examples.join(', ')}`, `"${text.slice(0, 40)}"${nearest}`)
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/\(?\b(?:row\s*)?(\d+)\)$/, 'row$1')
    .replace(/[∂δ]/g, (sign) => (sign === 'δ' ? 'delta' : 'd'))
    .replace(/new|after|[\s_+⁺(){}′']/g, '')
    .replace(/^(?:error|loss|e)(?:total)?(?=row|$)/, 'etotal')
    .replace(/^error/, 'e')
    .replace(/^delta/, 'de/dnet')
    .replace(/^(?:gradient|grad)(?:of)?/, 'de/d')
    .replace(/^output/, 'out')
    .replace(/^d(?=[wb]\d)/, 'de/d')
}

/** The activations whose passes can be repeated by hand, and their derivatives by output */
export const byHand: Partial<Record<ActivationName, { of(net: number): number; slope(output: number): number }>> = {
  linear: { of: (net) => net, slope: () => 1 },
  // Math.exp differs between hosts in its last bit; what is compared here has a dozen digits at most.
  sigmoid: { of: (net) => 1 / (1 + Math.exp(-net)), slope: (output) => output * (1 - output) },
  tanh: { of: Math.tanh, slope: (output) => 1 - output * output },
  relu: { of: (net) => Math.max(0, net), slope: (output) => Number(output > 0) },
}

/** Whether every slip can be tried on it */
export function isByHand({ layers, loss, isPlainStep }: Task): boolean {
  const isKnown = loss === 'halfSquaredError' || loss === 'meanSquaredError'
  return isKnown && isPlainStep && layers.every(({ activation }) => byHand[activation] !== undefined)
}
