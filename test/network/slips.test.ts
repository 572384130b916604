// What is most often written in the wrong place or form: each message says what to write instead.
import { describe, expect, it } from 'vitest'
import { createNetwork, type NetworkConfig } from '../../src/index.ts'
import { rejection } from '../support/networks.ts'

const X = [
  [0, 0],
  [0, 1],
  [1, 0],
]
const config = (layer: object, more: object = {}) => ({ inputs: 2, layers: [layer], seed: 1, ...more }) as NetworkConfig
const linear = config({ units: 1 })

const slips: [string, () => Promise<unknown>, RegExp][] = [
  [
    'a rate beside the optimizer',
    () => createNetwork(config({ units: 1 }, { learningRate: 0.1 })),
    /learningRate: unknown option; write optimizer: \{ name: 'adam', learningRate/,
  ],
  ['lr beside it', () => createNetwork(config({ units: 1 }, { lr: 0.1 })), /lr: unknown option; write optimizer: \{/],
  [
    'lr in it',
    () => createNetwork(config({ units: 1 }, { optimizer: { name: 'adam', lr: 0.1 } })),
    /optimizer\.lr: unknown option; did you mean "learningRate"/,
  ],
  [
    'a rate in train',
    async () => (await createNetwork(linear)).train(X, [[1], [0], [1]], { learningRate: 0.1 } as never),
    /network\.reconfigure\(\{ learningRate/,
  ],
  [
    'a list of metrics',
    async () => (await createNetwork(linear)).evaluate(X, [[1], [0], [1]], ['r2'] as never),
    /such as \{ metrics: \['accuracy'\] \}/,
  ],
  [
    'names of columns',
    async () => (await createNetwork(linear)).predict({ columns: ['a', 'b'], data: X } as never),
    /hand in data itself .* trainTable/,
  ],
  [
    'class numbers for sigmoids',
    async () => (await createNetwork(config({ units: 2, activation: 'sigmoid' }))).train(X, [0, 1, 0]),
    /3 rows of 2 numbers, got 3 numbers; for class numbers take a softmax output/,
  ],
  [
    'words for classes',
    async () => (await createNetwork(config({ units: 2, activation: 'softmax' }))).train(X, ['a', 'b', 'a'] as never),
    /got "a"; write class numbers from 0, as in labels\.map/,
  ],
  [
    'words for one output',
    async () =>
      (await createNetwork(config({ units: 1, activation: 'sigmoid' }))).train(X, [['a'], ['b'], ['a']] as never),
    /got "a"; write class numbers from 0/,
  ],
  [
    'words for inputs',
    async () => (await createNetwork(linear)).predict([['red', 1]] as never),
    /got "red"; write numbers, .* trainTable/,
  ],
]

describe('a message says what to write for', () => {
  it.each(slips)('%s', async (_what, slip, words) => {
    const { message } = await rejection(slip())
    expect(message).toMatch(words)
  })
})
