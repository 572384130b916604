// From the page's setup to what the package is called with.
import type { NetworkConfig, OptimizerChoice, Schedule, TrainOptions } from 'wasmprop'
import type { Problem } from './problem.ts'
import { FULL_BATCH, type Setup } from './setup.ts'

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

export function configOf(setup: Setup, problem: Problem): NetworkConfig {
  const { optimizer, l1, l2, scaling, targetScaling, dtype, engine, seed } = setup
  const start = initializerOf(setup)
  const hasPenalty = l1 > 0 || l2 > 0
  const scalesTargets = problem.task === 'numbers' && targetScaling !== 'none'
  return {
    inputs: problem.inputNames.length,
    layers: [
      ...setup.hidden.map(({ units, activation, dropout }) => ({
        units,
        activation,
        ...(dropout > 0 && optimizer !== 'lbfgs' ? { dropout } : {}),
        ...start,
      })),
      { units: outputUnits(problem), activation: outputActivation(setup, problem), ...start },
    ],
    loss: lossOf(setup, problem),
    optimizer: { name: optimizer, learningRate: rateOf(setup) } as OptimizerChoice,
    ...(hasPenalty ? { regularization: { l1, l2 } } : {}),
    scaling: { inputs: scaling, ...(scalesTargets ? { targets: targetScaling } : {}) },
    dtype,
    engine,
    seed,
  }
}

/** Searching optimizers take all rows at once. */
export const takesAllRows = ({ optimizer, batch }: Setup): boolean =>
  batch === FULL_BATCH || optimizer === 'lbfgs' || optimizer === 'rprop'

export const batchOf = (setup: Setup): NonNullable<TrainOptions['batchSize']> =>
  takesAllRows(setup) ? 'full' : setup.batch
