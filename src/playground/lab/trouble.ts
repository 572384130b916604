// What goes wrong in a training, why, and the change that mends it: for the cards of the lab.
import { diagnose, type Finding, type OptimizerName } from 'wasmprop'
import { configOf } from './config.ts'
import type { Units } from './looks.ts'
import type { Losses } from './losses.ts'
import type { Part, Problem } from './problem.ts'
import { matrixOf, type Run } from './run.ts'
import { defaults, type Setup } from './setup.ts'

export interface Trouble {
  readonly title: string
  readonly what: string
  readonly why: string
  readonly mend?: { readonly label: string; readonly change: Partial<Setup> }
}

/** Rates that serve on this page's data */
const usualRates: Partial<Record<OptimizerName, number>> = {
  sgd: 0.1,
  adadelta: 1,
  lbfgs: 1,
  rprop: 0.01,
  adagrad: 0.1,
}
const usualRate = ({ optimizer }: Setup): number => usualRates[optimizer] ?? defaults.learningRate

/** Losses are compared over so many of the last looks. */
const RECENT = 40
const LEAST_LOOKS = 60
/** A loss of so many times what knowing nothing costs is no learning. */
const JUMPING = 3
const FLAT = 0.01
/** Below this share of what knowing nothing costs, a flat loss has simply arrived. */
const POOR = 0.5

export function troubleIn(run: Run, losses: Losses, units: Units | undefined, advice?: string): Trouble | undefined {
  const { now: setup, problem } = run
  if (advice !== undefined) return diverged(setup, problem, advice)
  const { training } = losses
  if (training.length < 6) return undefined
  const last = training[training.length - 1]
  const ignorant = ignorantLoss(run)
  if (last > JUMPING * ignorant) return jumping(setup, problem, last, ignorant)
  if (training.length < LEAST_LOOKS) return undefined
  const before = training[training.length - RECENT]
  if (Math.abs(before - last) > FLAT * before || last < POOR * ignorant) return undefined
  return { ...flat(last, ignorant), ...causeOfFlat(setup, problem, units) }
}

const short = (value: number) => String(Number(value.toPrecision(3)))

function lowerRate(setup: Setup): Partial<Setup> {
  const usual = usualRate(setup)
  return { learningRate: setup.learningRate > usual ? usual : Number((setup.learningRate / 10).toPrecision(3)) }
}

function diverged(setup: Setup, problem: Problem, advice: string): Trouble {
  const title = 'The numbers ran away'
  const { mend } = mendOfLarge(setup, problem)
  const what = 'A loss or weight left the range of numbers, so training was stopped before that step.'
  return { title, what, why: advice, mend }
}

function jumping(setup: Setup, problem: Problem, last: number, ignorant: number): Trouble {
  const what = `The loss is ${short(last)}; guessing without looking at the inputs would cost ${short(ignorant)}.`
  return { title: 'The loss jumps instead of falling', what, ...mendOfLarge(setup, problem) }
}

/** The rate where that is high, else the scaling */
function mendOfLarge(setup: Setup, { task }: Problem): Pick<Trouble, 'why' | 'mend'> {
  const isHigh = setup.learningRate > 2 * usualRate(setup)
  if (!isHigh && setup.scaling === 'none') {
    const why = 'The inputs are not scaled: large inputs make large steps.'
    return { why, mend: { label: 'Scale the inputs and start again', change: { scaling: 'standard' } } }
  }
  if (!isHigh && task === 'numbers' && setup.targetScaling === 'none') {
    const why = 'The targets are not scaled: errors of their size make steps of their size.'
    return { why, mend: { label: 'Scale the targets and start again', change: { targetScaling: 'standard' } } }
  }
  const change = lowerRate(setup)
  const why = `The learning rate of ${setup.learningRate} takes steps so long that each lands beyond the valley it aims for.`
  return { why, mend: { label: `Set the rate to ${change.learningRate} and start again`, change } }
}

const flat = (last: number, ignorant: number) => ({
  title: 'The loss no longer falls',
  what: `It stays at ${short(last)}, not far below the ${short(ignorant)} of guessing without looking at the inputs.`,
})

function causeOfFlat(setup: Setup, problem: Problem, units: Units | undefined): Pick<Trouble, 'why' | 'mend'> {
  const again = 'and start again'
  if (setup.weightInit === 'zeros') {
    const why = 'All weights began at 0, so all units of a layer stay the same: nothing tells them apart.'
    return { why, mend: { label: `Draw the weights ${again}`, change: { weightInit: 'default' } } }
  }
  const dead = shareOf(units, setup, ['relu'], (value) => value === 0)
  if (dead > 0.5) {
    const why = `${Math.round(100 * dead)} % of what the relu units give is 0: where it is always 0, no gradient passes.`
    const hidden = setup.hidden.map((layer) => ({ ...layer, activation: 'leakyRelu' as const }))
    return { why, mend: { label: `Use leakyRelu ${again}`, change: { hidden } } }
  }
  const saturated = shareOf(units, setup, ['sigmoid', 'tanh'], (value) => Math.abs(value) > 0.99 || value === 0)
  if (saturated > 0.8) {
    const why = `${Math.round(100 * saturated)} % of the hidden outputs sit at an end of their range, where the curve is flat.`
    const change = setup.scaling === 'none' ? { scaling: 'standard' as const } : lowerRate(setup)
    return { why, mend: { label: `${'scaling' in change ? 'Scale the inputs' : 'Lower the rate'} ${again}`, change } }
  }
  if (setup.hidden.length === 0) {
    const why = 'Without a hidden layer the network can only draw a straight line.'
    return { why, mend: { label: `Add a layer of 6 ${again}`, change: { hidden: defaults.hidden } } }
  }
  if (setup.learningRate < usualRate(setup) / 20) {
    const why = `The learning rate of ${setup.learningRate} takes steps too short to get anywhere.`
    return { why, mend: { label: `Set it to ${usualRate(setup)}`, change: { learningRate: usualRate(setup) } } }
  }
  if (problem.task === 'numbers' && setup.output !== 'auto' && setup.targetScaling === 'none') {
    const why = `The output's ${setup.output} may not reach the targets.`
    return { why, mend: { label: `Use a linear output ${again}`, change: { output: 'auto' } } }
  }
  const hidden = setup.hidden.map((layer) => ({ ...layer, units: Math.min(32, 2 * layer.units) }))
  const why = 'The network may be too small for this data, or the data may not tell.'
  return { why, mend: { label: `Double its units ${again}`, change: { hidden } } }
}

/** Of the outputs of hidden units with these activations, the share that is so */
function shareOf(units: Units | undefined, setup: Setup, names: string[], isSo: (value: number) => boolean): number {
  let count = 0
  let all = 0
  units?.surfaces.forEach((surface, layer) => {
    if (!names.includes(setup.hidden[layer]?.activation)) return
    for (const value of surface) if (isSo(value)) count++
    all += surface.length
  })
  return all === 0 ? 0 : count / all
}

/** The loss of the best answer that looks at no inputs: entropy of the classes, or about the targets' spread */
function ignorantLoss({ problem, division, now: setup }: Run): number {
  const { targets, rows } = division.training
  if (problem.task === 'classes' && (setup.loss === 'auto' || problem.classes.length > 2)) {
    const counts = problem.classes.map(() => 0)
    for (const target of targets) counts[target]++
    return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / rows) * Math.log(count / rows)), 0)
  }
  const mean = targets.reduce((sum: number, value: number) => sum + value, 0) / rows
  const spread = targets.reduce((sum: number, value: number) => sum + (value - mean) ** 2, 0) / rows
  const scaled = problem.task === 'numbers' && setup.targetScaling !== 'none' ? 1 : spread
  if (setup.loss === 'halfSquaredError') return (scaled * rows) / 2
  return setup.loss === 'auto' || setup.loss === 'meanSquaredError' ? scaled : Math.sqrt(scaled)
}

const mends: Partial<Record<Finding['code'], NonNullable<Trouble['mend']>>> = {
  differentScales: { label: 'Scale the inputs', change: { scaling: 'standard' } },
  outOfRange: { label: 'Use a linear output', change: { output: 'auto' } },
}

/** What can be seen before training */
export function hurdlesOf(setup: Setup, problem: Problem, sample: Part | undefined): Trouble[] {
  if (sample === undefined) return []
  const found = diagnose(matrixOf(problem, sample), sample.targets, configOf(setup, problem))
  const grave = found.filter(({ severity }) => severity !== 'hint')
  return grave.slice(0, 3).map(({ code, message, path, column }) => {
    const name = path === 'inputs' && column !== undefined ? `Column “${problem.inputNames[column]}”: ` : ''
    return { title: 'Before you train', what: name + message, why: '', mend: mendOf(code, path) }
  })
}

function mendOf(code: Finding['code'], path: string | undefined): Trouble['mend'] {
  if (code !== 'largeValues') return mends[code]
  return path === 'targets'
    ? { label: 'Scale the targets', change: { targetScaling: 'standard' } }
    : { label: 'Scale the inputs', change: { scaling: 'standard' } }
}
