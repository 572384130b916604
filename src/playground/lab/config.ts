// From the page's setup to what the package is called with.
import type { ConfigChanges, NetworkConfig, OptimizerChoice, Schedule, TrainOptions } from 'wasmprop'
import type { Problem } from './problem.ts'
import { FULL_BATCH, type Living, type Setup } from './setup.ts'

/** Epochs after which a step schedule halves the rate, an exponential one has taken 1 %, and a cosine ends */
const HALVES_EVERY = 100
const DECAY = 0.99
const COSINE_EPOCHS = 500

/** Output units: one for two classes and for numbers, else one for each class */
const outputUnits = ({ classes }: Problem): number => (classes.length > 2 ? classes.length : 1)

function outputActivation(setup: Setup, { task, classes }: Problem) {
  if (task === 'classes') return classes.length > 2 ? 'softmax' : 'sigmoid'
  return setup.output === 'auto' ? 'linear' : setup.output
}

function lossOf({ loss }: Setup, { task, classes }: Problem) {
  if (task === 'classes' && (loss === 'auto' || classes.length > 2)) {
    return classes.length > 2 ? 'categoricalCrossEntropy' : 'binaryCrossEntropy'
  }
  return loss === 'auto' ? 'meanSquaredError' : loss
}

function rateOf({ learningRate: initial, schedule }: Setup): number | Schedule {
  const unit = 'epoch'
  if (schedule === 'step') return { name: 'step', initial, stepSize: HALVES_EVERY, gamma: 0.5, unit }
  if (schedule === 'exponential') return { name: 'exponential', initial, gamma: DECAY, unit }
  if (schedule === 'cosine') return { name: 'cosine', initial, total: COSINE_EPOCHS, unit }
  return initial
}

function initializerOf({ weightInit }: Setup) {
  if (weightInit === 'default') return {}
  return { weightInit: weightInit === 'uniform' ? ({ name: 'uniform', low: 0, high: 1 } as const) : weightInit }
}

/** A search tries steps of its own: with dropped units or clipped gradients it could not compare them. */
const searches = ({ optimizer }: Setup): boolean => optimizer === 'lbfgs'

const clipsOf = ({ clipNorm, clipValue }: Setup) => ({
  ...(clipNorm > 0 ? { clipNorm } : {}),
  ...(clipValue > 0 ? { clipValue } : {}),
})

export function configOf(setup: Setup, problem: Problem): NetworkConfig {
  const { optimizer, weightDecay, l1, l2, scaling, targetScaling, dtype, engine, seed } = setup
  const start = initializerOf(setup)
  const hasPenalty = l1 > 0 || l2 > 0
  const scalesTargets = problem.task === 'numbers' && targetScaling !== 'none'
  return {
    inputs: problem.inputNames.length,
    layers: [
      ...setup.hidden.map(({ units, activation, dropout }, index) => ({
        units,
        activation,
        ...(dropout > 0 && !searches(setup) ? { dropout } : {}),
        ...(setup.frozen.includes(index) ? { trainable: false } : {}),
        ...start,
      })),
      { units: outputUnits(problem), activation: outputActivation(setup, problem), ...start },
    ],
    loss: lossOf(setup, problem),
    optimizer: { name: optimizer, learningRate: rateOf(setup), ...decayOf(optimizer, weightDecay) } as OptimizerChoice,
    ...(hasPenalty ? { regularization: { l1, l2 } } : {}),
    ...(searches(setup) ? {} : clipsOf(setup)),
    scaling: { inputs: scaling, ...(scalesTargets ? { targets: targetScaling } : {}) },
    dtype,
    engine,
    seed,
  }
}

/** Its default is 0, but for AdamW. */
const decayOf = (optimizer: Setup['optimizer'], weightDecay: number) =>
  weightDecay > 0 || optimizer === 'adamw' ? { weightDecay } : {}

/** What `reconfigure` is given for a change: `setup` is what it comes to. */
export function changesOf(setup: Setup, change: Living): ConfigChanges {
  const { weightDecay, l1, l2, clipNorm, clipValue, hidden, frozen } = setup
  const has = (...names: (keyof Living)[]) => names.some((name) => Object.hasOwn(change, name))
  return {
    ...(has('learningRate', 'schedule') ? { learningRate: rateOf(setup) } : {}),
    ...(has('weightDecay') ? { weightDecay } : {}),
    ...(has('l1', 'l2') ? { regularization: { l1, l2 } } : {}),
    ...(has('clipNorm') && !searches(setup) ? { clipNorm } : {}),
    ...(has('clipValue') && !searches(setup) ? { clipValue } : {}),
    ...(has('frozen') ? { trainable: [...hidden.map((_, index) => !frozen.includes(index)), true] } : {}),
  }
}

/** Searching optimizers take all rows at once. */
export const takesAllRows = ({ optimizer, batch }: Setup): boolean =>
  batch === FULL_BATCH || optimizer === 'lbfgs' || optimizer === 'rprop'

export const batchOf = (setup: Setup): NonNullable<TrainOptions['batchSize']> =>
  takesAllRows(setup) ? 'full' : setup.batch
