// The storm over networks in a worker: what is posted may be anything, and what its traps call is here. Of the built package,
// since a worker loads files.
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import type { Network } from '../../src/index.ts'
import type { WorkerNetwork } from '../../src/worker/client.ts'
import { Chance } from './chance.ts'
import { type Act, attemptOn, methods, promising, Storm } from './storm.ts'
import { World } from './world.ts'

const dist = new URL('../../dist/', import.meta.url)
const { createNetwork }: typeof import('../../src/worker/client.ts') = await import(new URL('worker.js', dist).href)

const CALLS = Number(process.env.STORM_CALLS ?? 600)
const SEED = Number(process.env.STORM_SEED ?? 1)
/** What is no method of a network, or whose values the storm makes by asking the network at once */
const ELSEWHERE = [
  ...['setWeights', 'clone', 'dispose', 'explain', 'explainAnything', 'checkGradients', 'diagnose', 'estimateMemory'],
  ...['trainSync', 'checkpoint', 'createNetwork', 'restoreNetwork', 'networkFromJSON', 'saveSnapshot'],
]

it('hostile values to networks in a worker bring errors of the library, and change no other network', async () => {
  const chance = new Chance(SEED)
  const worker = new Worker(new URL('worker-host.js', dist))
  const world = await World.create(chance)
  const config = { inputs: 2, layers: [{ units: 3, activation: 'tanh' }, { units: 2 }] } as const
  const create = (engine: 'wasm' | 'typescript'): Promise<WorkerNetwork> =>
    createNetwork({ ...config, optimizer: 'sgd', engine, seed: 5 }, { worker })
  const bystander = await create('wasm')
  const hash = await bystander.weightsHash()
  const networks = [await create('wasm'), await create('typescript')]
  const acts = Object.entries<Act>({ ...methods, ...promising }).filter(([name]) => !ELSEWHERE.includes(name))
  expect(acts.length).toBeGreaterThan(12)
  const storm = new Storm(chance, world)
  try {
    for (let call = 0; call < CALLS; call++) {
      const [name, act] = chance.one(acts)
      const network = chance.one(networks) as unknown as Network
      expect(await attemptOn(storm, act, network), `call ${call}, ${name}, seed ${SEED}`).toBeUndefined()
      await world.renew(chance)
    }
    expect(await bystander.weightsHash()).toBe(hash)
    for (const network of networks) expect(await network.predict([[1, 2]])).toHaveLength(1)
    expect(world.changed()).toEqual([])
  } finally {
    world.end()
    await worker.terminate()
  }
}, 600_000)
