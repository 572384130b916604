// What of a configuration may change while its network lives.
import { reading } from '../errors.ts'
import { checkBoolean, checkOptions, outermost, refuse } from '../options/check.ts'
import { type AnyOptions, bare } from '../options/option.ts'
import { optimizers } from '../tables/optimizers.ts'
import { type LearningRate, resolveRate } from '../tables/schedules.ts'
import type { ResolvedConfig } from './config.ts'
import { refuseUnsearchable, regularization } from './resolve.ts'

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

const atLeast0 = { kind: 'number', min: 0 } as const

const changeOptions = bare({
  learningRate: { check: (value: unknown) => value }, // depends on the optimizer
  weightDecay: atLeast0,
  regularization,
  clipNorm: atLeast0,
  clipValue: atLeast0,
  trainable: { check: (value: unknown) => value }, // depends on the layers
} as const satisfies AnyOptions & Record<keyof ConfigChanges, unknown>)

/** The configuration with these changes, all of them checked */
export function changedConfig(config: ResolvedConfig, changes: unknown): ResolvedConfig {
  return reading('INVALID_CONFIG', 'options', 'options that can be read', () => readChanges(config, changes))
}

function readChanges(config: ResolvedConfig, changes: unknown): ResolvedConfig {
  const given = checkOptions(changes, outermost, changeOptions, 'an object such as { learningRate: 0.001 }')
  const { learningRate, weightDecay, regularization, trainable } = given
  const { optimizer } = config
  const clips = { clipNorm: given.clipNorm ?? config.clipNorm, clipValue: given.clipValue ?? config.clipValue }
  const usual = optimizers[optimizer.name].options.learningRate.default
  const changed: ResolvedConfig = {
    ...config,
    ...clips,
    ...(learningRate === undefined
      ? {}
      : { learningRate: resolveRate(learningRate, usual, outermost.at('learningRate')) }),
    ...(regularization === undefined ? {} : { regularization }),
    ...(trainable === undefined ? {} : { layers: freeze(config.layers, trainable) }),
  }
  refuseUnsearchable(optimizer, clips, config.layers)
  if (weightDecay === undefined) return changed
  return { ...changed, optimizer: { ...optimizer, options: { ...optimizer.options, weightDecay } } }
}

function freeze(layers: ResolvedConfig['layers'], trainable: unknown): ResolvedConfig['layers'] {
  const expected = `an array of ${layers.length} booleans, one per layer`
  if (!Array.isArray(trainable) || trainable.length !== layers.length) refuse('trainable', expected, trainable)
  return layers.map((layer, index) => ({
    ...layer,
    isTrainable: checkBoolean(trainable[index], `trainable[${index}]`),
  }))
}
