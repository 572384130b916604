// Checkpoints and `kill -9`: processes that write them as fast as they can are killed at any instant, and the file always has
// the last one that was written, or a later one, whole. What is left ends with the bits of a training that was never killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EPOCH, PROGRAM } from '../../assembly/program.ts'
import { createNetwork, type NetworkConfig } from '../../src/index.ts'
import { Network } from '../../src/network/network.ts'
import { loadSnapshot } from '../../src/node/index.ts'
import { numbersOf, rowsOf } from '../support/networks.ts'

const CHILD = fileURLToPath(new URL('../support/kill-child.mjs', import.meta.url))
/** Half of the kills each */
const CHAINS = 2
const KILLS = process.env.CI ? 100 : 20
/** A process is killed so long after its first checkpoint, at the most */
const MILLISECONDS = 25

const config: NetworkConfig = { inputs: 4, layers: [{ units: 24, activation: 'tanh' }, { units: 2 }], seed: 5 }
const inputs = rowsOf(8, 4, 1)
const targets = rowsOf(8, 2, 2)
/** More than all of the processes get done */
const options = { epochs: 200_000, batchSize: 4 }

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmprop-kill-'))
  path = join(folder, 'network.snapshot')
})

afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

/** A process that trains, and the last epoch of which it said that it is written */
class Training {
  readonly #child: ChildProcess
  #said = ''
  #complaint = ''

  constructor(file: string) {
    const training = JSON.stringify({ config, inputs, targets, options })
    this.#child = spawn(process.execPath, [CHILD, file, training], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.#said = (this.#said + text).slice(-100)
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.#complaint += text
    })
  }

  /** Resolves with the first checkpoint. */
  async begins(): Promise<void> {
    await Promise.race([once(this.#child.stdout!, 'data'), once(this.#child, 'close')])
  }

  /** Gives the last epoch that it said to be written. */
  async kill(): Promise<number> {
    const closed = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    const [, signal] = await closed
    expect({ signal, complaint: this.#complaint }).toEqual({ signal: 'SIGKILL', complaint: '' })
    return Number(this.#said.match(/(\d+)\n[^\n]*$/)?.[1] ?? -1)
  }
}

/** Number of the last epoch in the file, which must be whole */
async function epochIn(file: string): Promise<number> {
  const network = await loadSnapshot(file)
  const { engine } = Network.stateOf(network)
  const [epochs] = new Float64Array(engine.buffer, PROGRAM + EPOCH, 1)
  network.dispose()
  return epochs - 1
}

/** Kills one process after another, each of which goes on from what the one before left. Gives how many were writing. */
async function killAll(file: string, seed: number): Promise<number> {
  let writing = 0
  let last = -1
  for (const [kill, number] of numbersOf(KILLS, seed).entries()) {
    const training = new Training(file)
    // Some before they have written anything, if there is something already
    const isEarly = kill % 8 === 7
    if (!isEarly) await training.begins()
    await wait(((number + 1) / 2) * MILLISECONDS * (isEarly ? 3 : 1))
    const written = await training.kill()
    writing += Number(temporaryFiles(file) > 0)
    const epoch = await epochIn(file)
    expect(epoch).toBeGreaterThanOrEqual(Math.max(written, last))
    last = epoch
  }
  return writing
}

function temporaryFiles(file: string): number {
  const names = readdirSync(folder).filter((name) => name.startsWith(`${basename(file)}.`))
  return names.length
}

describe('a training that writes checkpoints', () => {
  it(`is killed ${CHAINS * KILLS} times, and ends as if it had never been`, async () => {
    const whole = await createNetwork(config)
    const { loss } = await whole.train(inputs, targets, options)
    const files = Array.from({ length: CHAINS }, (_, chain) => `${path}${chain}`)
    const writing = await Promise.all(files.map((file, chain) => killAll(file, chain + 1)))
    // Else nothing was tried.
    expect(Math.min(...writing)).toBeGreaterThan(KILLS / 20)
    for (const file of files) {
      // What a killed process leaves is removed by the next one: nothing piles up.
      expect(temporaryFiles(file)).toBeLessThanOrEqual(1)
      const network = await loadSnapshot(file)
      const result = await network.resume(inputs, targets)
      expect(result.epochs).toBe(options.epochs)
      expect(result.loss).toEqual(loss)
      expect(network.weightsHash()).toBe(whole.weightsHash())
    }
  }, 600_000)

  it('is not torn by another one that writes the same file', async () => {
    for (const number of numbersOf(8, 9)) {
      const trainings = [new Training(path), new Training(path)]
      await Promise.all(trainings.map((training) => training.begins()))
      for (let look = 0; look < 10; look++) {
        await wait((number + 1) * 2)
        await epochIn(path)
      }
      await Promise.all(trainings.map((training) => training.kill()))
      await epochIn(path)
    }
    expect(temporaryFiles(path)).toBeLessThanOrEqual(2)
  })
})
