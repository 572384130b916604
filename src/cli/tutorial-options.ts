// What may be asked of `wasmprop tutorial`.
import { type CommonFlags, commonFlags, integer, LARGEST_SEED, numberAbove, oneOf, text, toggle } from './flags.ts'

export interface TutorialFlags extends CommonFlags {
  readonly epochs?: number
  readonly learningRate?: number
  readonly hidden?: number
  readonly seed?: number
  readonly engine?: 'auto' | 'wasm' | 'typescript'
  readonly dtype?: 'float32' | 'float64'
  readonly explain?: string
  readonly example?: 'mazur'
  readonly check?: string
  readonly freezeHiddenBias: boolean
  readonly unscaled: boolean
  readonly literal: boolean
}

export const tutorialFlags = {
  epochs: integer(1, 1e7, { brief: 'passes over the three rows (default 7000)' }),
  learningRate: numberAbove(0, { brief: 'step size of gradient descent (default 0.1)' }),
  hidden: integer(1, 4096, { brief: 'units of the hidden layer (default 3)' }),
  seed: integer(0, LARGEST_SEED, { brief: 'what the first weights are drawn from (default 1)' }),
  engine: oneOf(['auto', 'wasm', 'typescript'], 'what trains (default auto)'),
  dtype: oneOf(['float32', 'float64'], 'type of the numbers (default float64)'),
  explain: text({
    placeholder: 'WEIGHT',
    expects: 'a weight or bias such as w5, or all',
    brief: 'the chain rule with numbers, for a weight or bias such as w5, or all',
  }),
  example: oneOf(['mazur'], "Mazur's 2-2-2 network, one step, with every number"),
  check: text({
    placeholder: 'NUMBER',
    expects: 'a quantity and your number, such as w5=0.3589 or net_h1=0.3775',
    brief: "a number of Mazur's example that you got by hand, such as w5=0.3589: right, or which slip",
  }),
  freezeHiddenBias: toggle("leave the hidden layer's biases as they are drawn"),
  unscaled: toggle('leave the targets at 92, 86, 89: the output saturates'),
  literal: toggle('both of these: the text as it stands'),
  ...commonFlags,
}
