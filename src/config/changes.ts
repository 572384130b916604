// What of a configuration may change while its network lives.
import { reading } from '../errors.ts'
import { checkBoolean, checkNumber, readOptions, refuse } from '../options/check.ts'
import { optimizers } from '../tables/optimizers.ts'
import { type LearningRate, resolveRate } from '../tables/schedules.ts'
import { type ResolvedConfig, refuseUnsearchable, resolveRegularization } from './config.ts'

/** What `reconfigure` takes. What is left out stays. */
export interface ConfigChanges {
  /** A number, a schedule or a function, counted on; in place of what `setLearningRate` has set as well */
  learningRate?: LearningRate
  /** Of the optimizer, at least 0 */
  weightDecay?: number
  /** Both numbers together: one that is left out is 0 */
  regularization?: { l1?: number; l2?: number }
  /** At least 0; 0: gradients are not clipped */
  clipNorm?: number
  clipValue?: number
  /** One for each layer: whether it is trained. At `true` its biases are as `trainBias` has them. */
  trainable?: readonly boolean[]
}

const names = [
  'learningRate',
  'weightDecay',
  'regularization',
  'clipNorm',
  'clipValue',
  'trainable',
] as const satisfies readonly (keyof ConfigChanges)[]

/** The configuration with these changes, all of them checked */
export function changedConfig(config: ResolvedConfig, changes: unknown): ResolvedConfig {
  return reading('INVALID_CONFIG', 'options', 'options that can be read', () => readChanges(config, changes))
}

function readChanges(config: ResolvedConfig, changes: unknown): ResolvedConfig {
  const given = readOptions(changes, '', names, 'an object such as { learningRate: 0.001 }')
  const { learningRate, weightDecay, regularization, trainable } = given
  const { optimizer } = config
  const clips = { clipNorm: config.clipNorm, clipValue: config.clipValue }
  for (const name of ['clipNorm', 'clipValue'] as const) {
    if (given[name] !== undefined) clips[name] = checkNumber(given[name], name, { min: 0 })
  }
  const usual = optimizers[optimizer.name].options.learningRate.default
  const changed: ResolvedConfig = {
    ...config,
    ...clips,
    ...(learningRate === undefined ? {} : { learningRate: resolveRate(learningRate, usual, 'learningRate') }),
    ...(regularization === undefined ? {} : { regularization: resolveRegularization(regularization) }),
    ...(trainable === undefined ? {} : { layers: freeze(config.layers, trainable) }),
  }
  refuseUnsearchable(optimizer, clips, config.layers)
  if (weightDecay === undefined) return changed
  const options = { ...optimizer.options, weightDecay: checkNumber(weightDecay, 'weightDecay', { min: 0 }) }
  return { ...changed, optimizer: { ...optimizer, options } }
}

function freeze(layers: ResolvedConfig['layers'], trainable: unknown): ResolvedConfig['layers'] {
  const expected = `an array of ${layers.length} booleans, one per layer`
  if (!Array.isArray(trainable) || trainable.length !== layers.length) refuse('trainable', expected, trainable)
  return layers.map((layer, index) => ({
    ...layer,
    isTrainable: checkBoolean(trainable[index], `trainable[${index}]`),
  }))
}
