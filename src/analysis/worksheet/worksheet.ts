// Worksheets: a 2-2-2 network with friendly numbers, drawn by a seed, and one step of backpropagation with blanks to fill in.
import { publicCall, unexpected } from '../../errors.ts'
import { fillUniform } from '../../numerics/random.ts'
import { checkInteger, readOptions } from '../../options/check.ts'
import type { ExplainedLayer, ExplainedNeuron, ExplainedWeight } from '../explain/explanation.ts'
import { wrongValues } from '../slips/mistakes.ts'
import type { Task } from '../slips/task.ts'
import { work } from '../slips/work.ts'
import { keyToHTML, worksheetToHTML } from './html.ts'
import { worksheetToMoodle } from './moodle.ts'
import { type Blank, type BlankSection, toleranceOf, type WorksheetData } from './worksheet-data.ts'

/** A worksheet, and its forms */
export interface Worksheet extends WorksheetData {
  /** A page to print, with blanks */
  toHTML(): string
  /** The answers, on a page of their own */
  keyToHTML(): string
  /** A Moodle question bank: a cloze question for each section, with a word about usual slips */
  toMoodle(): string
}

/** Random numbers of worksheets, apart from those of networks with the same seed */
const PURPOSE = 0x5368
const DECIMALS = 6
const UNITS = 2
const RATE = 0.5

/**
 * A worksheet on one step of backpropagation: a 2-2-2 sigmoid network, E = ½ Σ (target − out)², plain gradient descent with
 * rate 0.5, biases that stay. The same seed (default 1) gives the same sheet.
 */
export function createWorksheet(options: { seed?: number } = {}): Worksheet {
  return publicCall('createWorksheet', createWorksheet, () => {
    const { seed = 1 } = readOptions(options, '', ['seed'], 'an object such as { seed: 7 }')
    const data = worksheetOf(checkInteger(seed, 'seed', 0, 2 ** 32 - 1))
    return {
      ...data,
      toHTML: () => worksheetToHTML(data),
      keyToHTML: () => keyToHTML(data),
      toMoodle: () => worksheetToMoodle(data),
    }
  })
}

function worksheetOf(seed: number): WorksheetData {
  const task = taskOf(seed)
  const [{ inputs, targets }] = task.rows
  const neurons = task.layers.flatMap((layer) => layer.neurons)
  const all = neurons.flatMap(({ weights, bias }) => (bias ? [...weights, bias] : weights))
  const weights = Object.fromEntries(all.map(({ name, value }) => [name, value]))
  return { seed, inputs, targets, weights, learningRate: RATE, decimals: DECIMALS, sections: sectionsOf(task) }
}

/** The network: tenths and twentieths, as one writes them down */
function taskOf(seed: number): Task {
  const drawn = new Float64Array(4 * UNITS + 4 * UNITS)
  fillUniform(drawn, seed, PURPOSE, 0, 0)
  let next = 0
  /** One of `count` numbers from `first` in steps of 1/20 */
  const draw = (first: number, count: number) => (first + Math.floor(drawn[next++] * count)) / 20
  const inputs = Array.from({ length: UNITS }, () => draw(1, 20))
  // One high, one low, so that both signs occur
  const high = draw(16, 4)
  const low = draw(1, 4)
  const targets = drawn[next++] < 0.5 ? [low, high] : [high, low]
  const biases = [draw(1, 14), draw(1, 14)]
  const layers = [0, 1].map((layer): ExplainedLayer => {
    const neurons = Array.from({ length: UNITS }, (_, unit) => neuronOf(layer, unit, biases[layer], () => draw(2, 18)))
    return { activation: 'sigmoid', neurons }
  })
  return { rows: [{ inputs, targets }], layers, loss: 'halfSquaredError', learningRate: RATE, isPlainStep: true }
}

/** Names and weights alone: everything else is worked out. */
function neuronOf(layer: number, unit: number, bias: number, draw: () => number): ExplainedNeuron {
  const name = `${'ho'[layer]}${unit + 1}`
  const parameter = (label: string, from: string, value: number): ExplainedWeight => ({
    ...{ name: label, from, to: name, value, netByWeight: 1, errorByWeight: 0, updated: value },
  })
  const weights = Array.from({ length: UNITS }, (_, source) => {
    return parameter(`w${UNITS * (layer * UNITS + unit) + source + 1}`, `${'ih'[layer]}${source + 1}`, draw())
  })
  const held = { ...parameter(`b${UNITS * layer + unit + 1}`, '1', bias), isFrozen: true as const }
  return { name, net: 0, output: 0, errorByNet: 0, weights, bias: held }
}

/** Every quantity asked for, with the formula that leads to it */
const ASKED: readonly [title: string, blanks: readonly (readonly [quantity: string, formula: string])[]][] = [
  [
    'Forward',
    [
      ['net h1', 'w1 · i1 + w2 · i2 + b1'],
      ['out h1', '1 / (1 + e^−net h1)'],
      ['net h2', 'w3 · i1 + w4 · i2 + b2'],
      ['out h2', '1 / (1 + e^−net h2)'],
      ['net o1', 'w5 · out h1 + w6 · out h2 + b3'],
      ['out o1', '1 / (1 + e^−net o1)'],
      ['net o2', 'w7 · out h1 + w8 · out h2 + b4'],
      ['out o2', '1 / (1 + e^−net o2)'],
    ],
  ],
  [
    'Error',
    [
      ['E o1', '½ · (target o1 − out o1)²'],
      ['E o2', '½ · (target o2 − out o2)²'],
      ['E total', 'E o1 + E o2'],
    ],
  ],
  [
    'Backward, output layer',
    [
      ['∂E/∂out o1', 'out o1 − target o1'],
      ['∂out/∂net o1', 'out o1 · (1 − out o1)'],
      ['∂E/∂net o1', '∂E/∂out o1 · ∂out/∂net o1'],
      ['∂E/∂w5', '∂E/∂net o1 · out h1'],
      ['w5', 'w5 − η · ∂E/∂w5'],
      ['∂E/∂net o2', '(out o2 − target o2) · out o2 · (1 − out o2)'],
      ['∂E/∂w7', '∂E/∂net o2 · out h1'],
      ['w7', 'w7 − η · ∂E/∂w7'],
    ],
  ],
  [
    'Backward, hidden layer (with the old w5 and w7)',
    [
      ['∂E/∂out h1', '∂E/∂net o1 · w5 + ∂E/∂net o2 · w7'],
      ['∂out/∂net h1', 'out h1 · (1 − out h1)'],
      ['∂E/∂net h1', '∂E/∂out h1 · ∂out/∂net h1'],
      ['∂E/∂w1', '∂E/∂net h1 · i1'],
      ['w1', 'w1 − η · ∂E/∂w1'],
    ],
  ],
]

function sectionsOf(task: Task): BlankSection[] {
  const answers = work(task)
  return ASKED.map(([title, blanks]) => ({
    title,
    blanks: blanks.map(([quantity, formula]) => {
      const answer = answers.get(quantity)
      if (answer === undefined) throw unexpected('INVALID_DATA', quantity, 'a quantity of the step', 'none', {})
      return { quantity, formula, answer, slips: slipsOf(task, quantity, answer) }
    }),
  }))
}

/** What the usual slips lead to, as far as that can be told from the answer and from each other */
function slipsOf(task: Task, quantity: string, answer: number): Blank['slips'] {
  const apart = 4 * toleranceOf(DECIMALS)
  const slips: { value: number; text: string }[] = []
  for (const { mistake, value } of wrongValues(task, quantity)) {
    const taken = [answer, ...slips.map((slip) => slip.value)]
    if (mistake.code === 'roundedOnTheWay' || taken.some((other) => Math.abs(other - value) < apart)) continue
    slips.push({ value, text: mistake.text })
  }
  return slips
}
