// Every entry of the tables against values that come from elsewhere (test/fixtures/make): this fails where one has none.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createNetwork } from '../../src/index.ts'
import { activations } from '../../src/tables/activations.ts'
import { losses } from '../../src/tables/losses.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { loosely } from '../support/choices.ts'
import { dtypes, engines, relativeDifference } from '../support/networks.ts'

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'))

interface Loss {
  name: string
  options: object
  activation: string
  targets: number[][]
  loss: number
  gradients: number[]
}
interface Steps {
  name: string
  options: object
  weights: number[][]
}
interface References {
  nets: number[][]
  activations: Record<string, number[][]>
  lossNets: number[][]
  losses: Loss[]
  rate: number
  start: number[]
  gradients: number[][]
  optimizers: Steps[]
}

const references: References = fixture('references')
const namesOf = (cases: { name: string }[]) => cases.map(({ name }) => name)
const bounds = { float32: 2e-6, float64: 1e-14 } as const
const titled = <T extends { name: string; options: object }>(cases: T[]) =>
  cases.map((each): [string, T] => [`${each.name} ${JSON.stringify(each.options)}`, each])

describe('a reference value of its own has', () => {
  const known = {
    // activations.test.ts judges the others, against activations.json.
    activations: [...Object.keys(references.activations), ...Object.keys(fixture('activations').functions)],
    losses: namesOf(references.losses),
    // lbfgs.test.ts, against lbfgs.json
    optimizers: [...namesOf(references.optimizers), ...(fixture('lbfgs') ? ['lbfgs'] : [])],
  }
  it.each([
    ['activation', activations, known.activations],
    ['loss', losses, known.losses],
    ['optimizer', optimizers, known.optimizers],
  ] as const)('every %s', (_, table, names) => {
    expect(Object.keys(table).filter((name) => !names.includes(name))).toEqual([])
  })
})

const identity = (size: number) =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => Number(i === j)))

describe.each(engines)('in %s', (engine) => {
  describe.each(dtypes)('in %s', (dtype) => {
    const host = { engine, dtype, seed: 1 }

    it.each(Object.entries(references.activations))('outputs of %s', async (activation, outputs) => {
      const units = references.nets[0].length
      const layers = [{ units, activation, weightInit: identity(units) }]
      const network = await createNetwork(loosely({ inputs: units, layers, loss: undefined, ...host }))
      expect(relativeDifference(network.predict(references.nets), outputs)).toBeLessThan(bounds[dtype])
    })

    it.each(titled(references.losses))('loss and derivatives of %s', async (_, reference) => {
      const { name, options, activation, targets } = reference
      const layers = [{ units: 3, activation, weightInit: identity(3) }]
      const network = await createNetwork(loosely({ inputs: 3, layers, loss: { name, ...options }, ...host }))
      const { loss, layers: gradients } = network.gradients(references.lossNets, targets)
      expect(relativeDifference([loss], [reference.loss])).toBeLessThan(bounds[dtype])
      expect(relativeDifference(gradients[0].biases, reference.gradients)).toBeLessThan(bounds[dtype])
    })

    it.each(titled(references.optimizers))('steps of %s', async (_, { name, options, weights }) => {
      const layers = [{ units: 3, weightInit: [references.start], bias: false }]
      const optimizer = { name, learningRate: references.rate, ...options }
      const network = await createNetwork(loosely({ inputs: 1, layers, optimizer, ...host }))
      for (const [step, gradients] of references.gradients.entries()) {
        network.trainOnGradients([[1]], [gradients])
        const difference = relativeDifference(network.getWeights()[0].weights[0], weights[step])
        expect(difference, `step ${step + 1}`).toBeLessThan(10 * bounds[dtype])
      }
    })
  })
})
