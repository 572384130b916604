// What may be asked of `wasmprop tutorial`.
import { commonRules, type Rules, type Values } from './arguments.ts'

export const tutorialRules = {
  epochs: { type: 'integer', value: 'N', least: 1, most: 1e7, help: 'passes over the three rows (default 7000)' },
  'learning-rate': { type: 'number', value: 'N', above: 0, help: 'step size of gradient descent (default 0.1)' },
  hidden: { type: 'integer', value: 'N', least: 1, most: 4096, help: 'units of the hidden layer (default 3)' },
  seed: {
    type: 'integer',
    value: 'N',
    least: 0,
    most: 2 ** 32 - 1,
    help: 'what the first weights are drawn from (default 1)',
  },
  engine: { type: 'choice', choices: ['auto', 'wasm', 'typescript'], help: 'what trains (default auto)' },
  dtype: { type: 'choice', choices: ['float32', 'float64'], help: 'type of the numbers (default float64)' },
  explain: {
    type: 'text',
    value: 'WEIGHT',
    means: 'a weight or bias such as w5, or all',
    help: 'the chain rule with numbers, for a weight or bias such as w5, or all',
  },
  example: { type: 'choice', choices: ['mazur'], help: "Mazur's 2-2-2 network, one step, with every number" },
  'freeze-hidden-bias': { type: 'flag', help: "leave the hidden layer's biases as they are drawn" },
  unscaled: { type: 'flag', help: 'leave the targets at 92, 86, 89: the output saturates' },
  literal: { type: 'flag', help: 'both of these: the text as it stands' },
  ...commonRules,
} as const satisfies Rules

export type TutorialValues = Values<typeof tutorialRules>
