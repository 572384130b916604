// `wasmprop tutorial --example mazur`: the 2-2-2 network of Matt Mazur's "A Step by Step Backpropagation Example", where w5
// is an output weight: forward pass, errors, the chain rule for weights, and the error after one step.
import { createNetwork, type Explanation, explain, type Network, type NetworkConfig } from 'wasmprop'
import { explanationText } from './explanation.ts'
import { bold, print, printJson } from './terminal.ts'
import type { TutorialFlags } from './tutorial-options.ts'

const INPUT = [0.05, 0.1]
const TARGET = [0.01, 0.99]

function mazurConfig({ engine, dtype, learningRate = 0.5 }: TutorialFlags): NetworkConfig {
  // One bias for both units of a layer, which the text leaves as it is
  const layer = { units: 2, activation: 'sigmoid', trainBias: false } as const
  const hidden = [
    [0.15, 0.25],
    [0.2, 0.3],
  ]
  const output = [
    [0.4, 0.5],
    [0.45, 0.55],
  ]
  return {
    inputs: 2,
    layers: [
      { ...layer, weightInit: hidden, biasInit: [0.35, 0.35] },
      { ...layer, weightInit: output, biasInit: [0.6, 0.6] },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate },
    dtype: dtype ?? 'float64',
    engine: engine ?? 'auto',
    seed: 1,
  }
}

/** The network before its step, and every number of it */
export async function explainMazur(values: TutorialFlags): Promise<{ network: Network; explanation: Explanation }> {
  const network = await createNetwork(mazurConfig(values))
  return { network, explanation: explain(network, INPUT, TARGET) }
}

export async function mazur(values: TutorialFlags): Promise<void> {
  const { network, explanation } = await explainMazur(values)
  const asked = values.explain === undefined ? ['w5', 'w1'] : [values.explain]
  const explained = asked.map((of) => ({ of, text: explanationText(explanation, of) }))
  network.trainOnBatch([INPUT], [TARGET])
  const errorAfter = network.evaluate([INPUT], [TARGET]).loss
  const { inputs, layers, totalError } = explanation
  if (values.json) {
    const trainedBy = network.engine
    return printJson({
      command: 'tutorial',
      example: 'mazur',
      inputs,
      layers,
      totalError,
      explained,
      errorAfter,
      trainedBy,
      warnings: [],
    })
  }
  print(`${bold("Mazur's example")}: 2-2-2 sigmoid network, E = ½ Σ (target − out)², biases as they are\n`)
  print(forwardText(explanation.toText()))
  for (const { text } of explained) print(`\n${text}`)
  print(`\n${bold(`E total after one step = ${errorAfter.toFixed(10)}`)} (before: ${totalError.toFixed(10)})`)
  if (values.learningRate === undefined) print(ORDER_NOTE)
}

const ORDER_NOTE =
  'The published 0.291027924 comes from new w5 … w8 in the gradients of w1 … w4; backpropagation takes the old ones.'

function forwardText(text: string): string {
  return text
    .split('\n\n')
    .filter((section) => !section.startsWith('Backward'))
    .join('\n\n')
}
