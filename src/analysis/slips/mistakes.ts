// The slips that are tried, the commonest first, with the words for each and the places where it may happen.
import { activations } from '../../tables/activations.ts'
import type { Task } from './task.ts'
import { type Mistake, type SlipCode, work } from './work.ts'

/** A slip at a place, in words */
export interface PlacedMistake extends Mistake {
  readonly code: SlipCode
  readonly text: string
}

/** Where a slip may happen: once, at neurons (of all layers, of the hidden ones, of the output), layer by layer, or by row */
type Place = 'once' | 'neurons' | 'hidden' | 'outputs' | 'layers' | 'rows'

interface Kind {
  readonly place: Place
  readonly words: (task: Task) => string
}

const slopeOf = ({ layers }: Task): string => activations[layers[0].activation].derivative
const weightsAbove = ({ layers }: Task): string => {
  const names = layers.slice(1).flatMap(({ neurons }) => neurons.flatMap(({ weights }) => weights.map((w) => w.name)))
  return names.length > 1 ? `${names[0]} … ${names[names.length - 1]}` : names[0]
}

/** Without `roundedOnTheWay`, which is tried with different numbers of decimals */
const kinds: Record<Exclude<SlipCode, 'roundedOnTheWay'>, Kind> = {
  newWeights: {
    place: 'once',
    words: (task) => `the new ${weightsAbove(task)} were used for the layer below; backpropagation takes the old ones`,
  },
  slopeLeftOut: {
    place: 'neurons',
    words: (task) => `the derivative of the activation, ${slopeOf(task)}, was left out`,
  },
  biasLeftOut: { place: 'neurons', words: () => 'the bias was left out of the net' },
  errorSign: { place: 'outputs', words: () => 'a sign: target − out was taken for out − target' },
  stepSign: { place: 'once', words: () => 'a sign: the step was added to the weight; it goes against the gradient' },
  rateLeftOut: { place: 'once', words: () => 'the learning rate was left out' },
  halfLeftOut: { place: 'once', words: () => 'the ½ of E = ½ (target − out)² is missing' },
  halfKept: { place: 'once', words: () => 'the ½ was kept in ∂E/∂out; the 2 of the square cancels it' },
  activationLeftOut: { place: 'neurons', words: () => 'the output before the activation: net was taken for out' },
  pathLeftOut: { place: 'outputs', words: () => 'a path to the error was left out: the one through' },
  oneRow: { place: 'rows', words: () => 'one row alone was counted; a full batch adds all rows. It is row' },
  dividedByRows: { place: 'once', words: () => '1/n: it was divided by the number of rows; this error is a sum' },
  dividedByOutputs: { place: 'once', words: () => '1/n: it was divided by the number of outputs; this error is a sum' },
  notDivided: { place: 'once', words: () => '1/n is missing: this error is a mean' },
  squareLeftOut: { place: 'once', words: () => 'the difference was not squared' },
  slopeOfNet: { place: 'neurons', words: (task) => `net was put in place of out into the derivative ${slopeOf(task)}` },
  outputLeftOutOfSlope: { place: 'neurons', words: () => 'of the derivative out · (1 − out) only 1 − out was taken' },
  weightLeftOut: { place: 'hidden', words: () => 'the weight between the layers was left out of ∂E/∂out' },
  sourceLeftOut: { place: 'once', words: () => '∂net/∂w was left out: the gradient is ∂E/∂net times what comes in' },
  netForOutput: { place: 'once', words: () => '∂net/∂w is the output of the neuron below; its net was taken' },
  otherSource: {
    place: 'once',
    words: () => '∂net/∂w was taken from another neuron than the one the weight comes from',
  },
  exchangedWeights: { place: 'layers', words: () => 'the weights were taken the other way round, rows for columns,' },
  stepAlone: { place: 'once', words: () => 'that is the step alone; the weight it belongs to is missing' },
  exponentSign: { place: 'neurons', words: () => 'a sign: e^net was taken for e^−net' },
  frozenMoved: { place: 'once', words: () => 'this one was to stay as it is' },
}

/** Decimals to which people round on the way */
const DECIMALS = [1, 2, 3, 4, 5, 6]
/** More neurons are not tried one by one. */
const MOST_NEURONS = 12

/** All mistakes that there can be, those of one cause everywhere before those at one place */
export function mistakesOf(task: Task): PlacedMistake[] {
  const all = Object.entries(kinds) as [keyof typeof kinds, Kind][]
  return [...all.flatMap(([code, kind]) => placed(task, code, kind)), ...roundings(DECIMALS)]
}

function placed(task: Task, code: SlipCode, { place, words }: Kind): PlacedMistake[] {
  const text = words(task)
  const everywhere = { code, text, isAt: undefined, round: undefined }
  const { layers, rows } = task
  const last = layers.length - 1
  if (place === 'once') return [everywhere]
  if (place === 'rows') {
    if (rows.length === 1) return []
    return rows.map((_, row) => ({ ...everywhere, text: `${text} ${row + 1}`, isAt: (first: number) => first === row }))
  }
  const first = place === 'outputs' ? last : 0
  const end = place === 'hidden' ? last : layers.length
  const indexes = layers.map((_, layer) => layer).slice(first, end)
  const ofLayers = indexes.map((layer) => ({
    ...everywhere,
    text: `${text} ${layer === last ? 'in the output layer' : 'in the hidden layer'}`,
    isAt: (each: number) => each === layer,
  }))
  if (place === 'layers') return indexes.length > 1 ? [everywhere, ...ofLayers] : [everywhere]
  const ofNeurons = neuronsIn(task, indexes).map(({ name, layer, unit }) => ({
    ...everywhere,
    text: `${text}${place === 'outputs' && code === 'pathLeftOut' ? '' : ' at'} ${name}`,
    isAt: (each: number, other: number) => each === layer && other === unit,
  }))
  if (code === 'pathLeftOut') return ofNeurons.length > 1 ? ofNeurons : []
  return [everywhere, ...(indexes.length > 1 ? ofLayers : []), ...(ofNeurons.length > 1 ? ofNeurons : [])]
}

function neuronsIn({ layers }: Task, indexes: number[]): { name: string; layer: number; unit: number }[] {
  const all = indexes.flatMap((layer) => layers[layer].neurons.map(({ name }, unit) => ({ name, layer, unit })))
  return all.length > MOST_NEURONS ? [] : all
}

function roundings(decimals: readonly number[]): PlacedMistake[] {
  return decimals.flatMap((places) =>
    roundingsTo(places).map((round) => ({
      code: 'roundedOnTheWay' as const,
      isAt: undefined,
      text: `it was rounded to ${places} decimal${places === 1 ? '' : 's'} on the way; keep all digits until the end`,
      round,
    })),
  )
}

/** After every quantity; or not where the chain's factors are multiplied and the step is taken in one go */
function roundingsTo(places: number): Required<Mistake>['round'][] {
  const round = (value: number) => Math.round(value * 10 ** places) / 10 ** places
  const except = (products: RegExp) => (value: number, quantity: string) =>
    products.test(quantity) ? value : round(value)
  return [round, except(/^∂E\/∂net/), except(/^∂E\/∂[nwb]/)]
}

/** What each mistake makes of a quantity */
export function wrongValues(task: Task, quantity: string): { mistake: PlacedMistake; value: number }[] {
  return mistakesOf(task).map((mistake) => ({ mistake, value: work(task, mistake).get(quantity) ?? Number.NaN }))
}

/** A mistake, and numbers rounded on the way as well */
export function withRounding(mistake: PlacedMistake): PlacedMistake[] {
  if (mistake.code === 'roundedOnTheWay') return []
  return DECIMALS.slice(2).flatMap((places) =>
    roundingsTo(places).map((round) => ({
      ...mistake,
      text: `${mistake.text} (and it was rounded to ${places} decimals on the way)`,
      round,
    })),
  )
}
