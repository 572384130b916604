// The networks of a storm: some that are called, and bystanders, no bit of whose memory may change.
import { createNetwork, type Network, type NetworkConfig } from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import type { Chance } from './chance.ts'

const configs: NetworkConfig[] = [
  { inputs: 2, layers: [{ units: 3, activation: 'tanh' }, { units: 2 }], optimizer: 'sgd' },
  {
    inputs: 2,
    layers: [
      { units: 3, activation: 'relu', dropout: 0.2 },
      { units: 2, activation: 'sigmoid' },
    ],
    dtype: 'float64',
  },
  { inputs: 2, layers: [{ units: 2, activation: 'softmax' }], scaling: { inputs: 'standard' } },
  {
    inputs: 2,
    layers: [{ units: 4, activation: 'silu' }, { units: 2 }],
    scaling: { inputs: 'minMax', targets: 'max' },
  },
  { inputs: 2, layers: [{ units: 2 }], optimizer: { name: 'lbfgs' }, dtype: 'float64' },
  { inputs: 1, layers: [{ units: 1 }], optimizer: 'rprop', clipNorm: 1 },
]

export const INPUTS = 2

export class World {
  readonly networks: Network[] = []
  readonly #bystanders: Network[] = []
  #hashes: number[] = []

  static async create(chance: Chance): Promise<World> {
    const world = new World()
    for (let index = 0; index < 6; index++) world.#bystanders.push(await world.fresh(chance))
    for (let index = 0; index < 4; index++) world.networks.push(await world.fresh(chance))
    world.#hashes = world.#bystanders.map(hashOf)
    return world
  }

  fresh(chance: Chance): Promise<Network> {
    const engine = chance.one(['wasm', 'wasm', 'typescript'] as const)
    return createNetwork({ ...chance.one(configs), engine, seed: chance.below(100) })
  }

  /** A network to call; one that was disposed of is replaced afterwards. */
  async renew(chance: Chance): Promise<void> {
    for (let index = 0; index < this.networks.length; index++) {
      if (isAlive(this.networks[index]) && !chance.is(0.0005)) continue
      this.networks[index].dispose()
      this.networks[index] = await this.fresh(chance)
    }
  }

  /** Which bystanders have changed */
  changed(): number[] {
    return this.#bystanders.flatMap((network, index) => (hashOf(network) === this.#hashes[index] ? [] : [index]))
  }

  /** Whether all weights of the networks that are called are finite */
  areFinite(): boolean {
    return this.networks
      .filter(isAlive)
      .every((network) =>
        network
          .getWeights()
          .every(({ weights, biases }) => [...weights, biases].every((row) => row.every(Number.isFinite))),
      )
  }

  end(): void {
    for (const network of [...this.networks, ...this.#bystanders]) network.dispose()
  }
}

export function isAlive(network: Network): boolean {
  try {
    InnerNetwork.stateOf(network)
    return true
  } catch {
    return false
  }
}

/** All of a network's memory in one number */
function hashOf(network: Network): number {
  const words = new Uint32Array(InnerNetwork.stateOf(network).engine.buffer)
  let hash = 0
  for (let index = 0; index < words.length; index++) hash = (Math.imul(hash, 31) + words[index]) | 0
  return hash
}
