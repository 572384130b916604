// The entry wasmprop/node: files of snapshots, and what is left of them when something fails. What survives a killed process
// is in kill.test.ts.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EpochProgress } from '../../src/index.ts'
import { withPath } from '../../src/node/files.ts'
import { checkpoint, loadSnapshot, saveSnapshot } from '../../src/node/index.ts'
import { engines, expectRefusal, rejection, rowsOf, small, trainedBits } from '../support/networks.ts'
import { refusal } from '../support/refusal.ts'

const INPUTS = rowsOf(23, 3, 1)
const TARGETS = rowsOf(23, 2, 2)

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmprop-node-'))
  path = join(folder, 'network.snapshot')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const trained = async (epochs = 3) => {
  const network = await small('wasm')
  await network.train(INPUTS, TARGETS, { epochs, batchSize: 5 })
  return network
}

/** The error of Node that an action ends with */
async function nodeError(action: () => unknown): Promise<NodeJS.ErrnoException> {
  try {
    await action()
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
  throw new Error('expected it to fail')
}

describe('saveSnapshot and loadSnapshot', () => {
  it('take nothing but a network', async () => {
    await expectRefusal(saveSnapshot(small('wasm') as never, path), 'INVALID_CONFIG', /^network: .* Promise/)
  })

  it.each(engines)('give the same network back, in %s', async (engine) => {
    const network = await trained()
    await saveSnapshot(network, path)
    expect(new Uint8Array(readFileSync(path))).toEqual(network.snapshot())
    const loaded = await loadSnapshot(path, { engine })
    expect(loaded.engine.name).toBe(engine)
    expect(loaded.weightsHash()).toBe(network.weightsHash())
    expect(trainedBits(loaded)).toBe(trainedBits(network))
  })

  it('replace what was there, and leave nothing else', async () => {
    writeFileSync(path, 'x'.repeat(1e6))
    const network = await trained()
    await Promise.all(Array.from({ length: 8 }, () => saveSnapshot(network, path)))
    expect(new Uint8Array(readFileSync(path))).toEqual(network.snapshot())
    expect(readdirSync(folder)).toEqual([basename(path)])
  })

  it.each(['saveSnapshot', 'checkpoint'])("keep the file's permissions and follow links, by %s", async (name) => {
    const network = await trained()
    const save = async (to: string) => {
      if (name === 'saveSnapshot') await saveSnapshot(network, to)
      else checkpoint({ path: to })({ epoch: 0, snapshot: () => network.snapshot() })
    }
    const [first, second] = [join(folder, 'first'), join(folder, 'second')]
    symlinkSync('second', first)
    symlinkSync(path, second)
    await save(first) // of a file that is not there yet
    chmodSync(path, 0o640)
    await save(first)
    expect([first, second].map((link) => lstatSync(link).isSymbolicLink())).toEqual([true, true])
    expect(statSync(path).mode & 0o777).toBe(0o640)
    expect(new Uint8Array(readFileSync(path))).toEqual(network.snapshot())
    expect(readdirSync(folder).sort()).toEqual(['first', basename(path), 'second'].sort())
  })

  it.each(['n'.repeat(255), 'ä'.repeat(127), '€'.repeat(85)])(
    "take names up to the system's limit, %s",
    async (name) => {
      const network = await trained(1)
      await saveSnapshot(network, join(folder, name))
      expect((await loadSnapshot(join(folder, name))).weightsHash()).toBe(network.weightsHash())
      expect(readdirSync(folder)).toEqual([name])
    },
  )

  it('refuse links that go in circles', async () => {
    symlinkSync('network.snapshot', path)
    expect(await nodeError(async () => saveSnapshot(await trained(1), path))).toMatchObject({ code: 'ELOOP' })
  })

  it('take the network as it is when they are called', async () => {
    const network = await trained()
    const hash = network.weightsHash()
    const saved = saveSnapshot(network, path)
    await network.train(INPUTS, TARGETS, { epochs: 1 })
    await saved
    expect((await loadSnapshot(path)).weightsHash()).toBe(hash)
  })

  it('take a network in a worker, whose bytes come later', async () => {
    const network = await trained()
    await saveSnapshot({ snapshot: async () => network.snapshot() }, path)
    expect((await loadSnapshot(path)).weightsHash()).toBe(network.weightsHash())
  })

  it('take a path or a file: URL, and nothing else', async () => {
    const network = await trained()
    const url = pathToFileURL(join(folder, 'ä b.snapshot'))
    await saveSnapshot(network, url)
    expect((await loadSnapshot(url)).weightsHash()).toBe(network.weightsHash())
    for (const wrong of ['', 5, undefined, new URL('https://example.org/x')]) {
      await expectRefusal(
        saveSnapshot(network, wrong as string),
        'INVALID_CONFIG',
        /^path: expected a path, or a file: URL/,
      )
      await expectRefusal(loadSnapshot(wrong as string), 'INVALID_CONFIG', /^path: expected/)
    }
  })

  it('pass a rate that is a function on', async () => {
    const learningRate = (step: number) => 0.1 / (1 + step)
    const network = await small('wasm', { optimizer: { name: 'sgd', learningRate } })
    await saveSnapshot(network, path)
    await expectRefusal(loadSnapshot(path), 'INVALID_CONFIG', /^learningRate: expected the function/)
    expect((await loadSnapshot(path, { learningRate })).weightsHash()).toBe(network.weightsHash())
  })

  it('refuse a file that is torn, foreign or newer by its name', async () => {
    const bytes = (await trained()).snapshot()
    for (const wrong of [bytes.subarray(0, -1), bytes.subarray(0, 100), Buffer.from('PK'), Buffer.alloc(0)]) {
      writeFileSync(path, wrong)
      const { code, message } = await rejection(loadSnapshot(path))
      expect(code).toBe('INVALID_MODEL')
      expect(message.startsWith(`loadSnapshot: ${path}: snapshot: expected `)).toBe(true)
    }
  })

  it("give Node's error where there is no file to read, or no place for it", async () => {
    const network = await trained()
    expect(await nodeError(() => loadSnapshot(path))).toMatchObject({ code: 'ENOENT', path })
    expect(await nodeError(() => loadSnapshot(folder))).toMatchObject({ code: 'EISDIR' })
    const missing = join(folder, 'none/network.snapshot')
    const error = await nodeError(() => saveSnapshot(network, missing))
    expect(error).toMatchObject({ code: 'ENOENT', path: missing })
    expect(error.message).toContain(missing)
    mkdirSync(path)
    expect(await nodeError(() => saveSnapshot(network, path))).toMatchObject({ path })
    expect(readdirSync(folder)).toEqual([basename(path)])
  })
})

describe('checkpoint', () => {
  it.each(['train', 'trainSync'] as const)('writes every so many epochs of %s', async (train) => {
    const network = await small('wasm')
    const save = checkpoint({ path, everyEpochs: 3 })
    const written: number[] = []
    const onEpoch = (progress: EpochProgress) => {
      rmSync(path, { force: true })
      save(progress)
      if (existsSync(path)) written.push(progress.epoch)
    }
    await network[train](INPUTS, TARGETS, { epochs: 4, onEpoch })
    await network[train](INPUTS, TARGETS, { epochs: 5, onEpoch })
    expect(written).toEqual([2, 5, 8])
    expect(readdirSync(folder)).toEqual([basename(path)])
  })

  it('after every epoch without a number, and never stops training', async () => {
    const network = await small('wasm')
    const { epochs, stopReason } = await network.train(INPUTS, TARGETS, { epochs: 3, onEpoch: checkpoint({ path }) })
    expect({ epochs, stopReason }).toEqual({ epochs: 3, stopReason: 'epochs' })
    expect((await loadSnapshot(path)).weightsHash()).toBe(network.weightsHash())
  })

  it('is where training goes on from', async () => {
    const options = { epochs: 10, batchSize: 5, validation: { split: 0.2 }, earlyStopping: { patience: 3 } }
    const whole = await small('typescript')
    const expected = await whole.train(INPUTS, TARGETS, options)
    const network = await small('wasm')
    const save = checkpoint({ path, everyEpochs: 2 })
    const onEpoch = (progress: EpochProgress) => {
      save(progress)
      return progress.epoch < 6
    }
    await network.train(INPUTS, TARGETS, { ...options, onEpoch })
    const loaded = await loadSnapshot(path)
    const { loss, validationLoss } = await loaded.resume(INPUTS, TARGETS)
    expect({ loss, validationLoss }).toEqual({ loss: expected.loss, validationLoss: expected.validationLoss })
    expect(loaded.weightsHash()).toBe(whole.weightsHash())
  })

  it("ends training with Node's error where it cannot write, and training goes on from there", async () => {
    const options = { epochs: 6, batchSize: 5 }
    const whole = await trained(6)
    const network = await small('wasm')
    const missing = join(folder, 'none/network.snapshot')
    const onEpoch = checkpoint({ path: missing, everyEpochs: 4 })
    const failed = await nodeError(() => network.train(INPUTS, TARGETS, { ...options, onEpoch }))
    expect(failed).toMatchObject({ code: 'ENOENT', path: missing })
    expect(failed.message).toContain(missing)
    mkdirSync(join(folder, 'none'))
    const { epochs } = await network.resume(INPUTS, TARGETS, { onEpoch })
    expect(epochs).toBe(6)
    expect(network.weightsHash()).toBe(whole.weightsHash())
  })

  it('names the file in every error', async () => {
    const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    const message = `ENOSPC: no space left on device, write '${path}'`
    expect(withPath(error, path)).toMatchObject({ code: 'ENOSPC', path, message })
    writeFileSync(path, 'x')
    const below = join(path, 'network.snapshot')
    expect(await nodeError(async () => saveSnapshot(await trained(), below))).toMatchObject({
      code: 'ENOTDIR',
      path: below,
    })
  })

  it.each([
    [undefined, 'options: expected an object such as { path: "network.snapshot" }, got undefined'],
    ['a', 'options: expected an object such as { path: "network.snapshot" }, got "a"'],
    [{}, 'path: expected a path, or a file: URL, got undefined'],
    [{ path: 'a', everyEpochs: 0 }, 'everyEpochs: expected an integer of at least 1, got 0'],
    [{ path: 'a', everyEpochs: 1.5 }, 'everyEpochs: expected an integer of at least 1, got 1.5'],
    [{ path: 'a', everyEpoch: 1 }, 'everyEpoch: unknown option; did you mean "everyEpochs"?'],
  ])('refuses %o', (options, message) => {
    expect(refusal(() => checkpoint(options as { path: string }))).toMatchObject({ code: 'INVALID_CONFIG', message })
  })
})

describe('temporary files', () => {
  /** The number of a process that has ended */
  const ended = Number(execFileSync(process.execPath, ['-p', 'process.pid']))
  const temporary = (pid: number | string) => `${path}.${pid}-0123456789ab.tmp`
  const past = new Date(Date.now() - 1000 * process.uptime() - 60_000)

  it('of ended processes are removed, others stay', async () => {
    const gone = [temporary(ended), temporary(process.pid)]
    const kept = [temporary(process.ppid), temporary('x'), `${path}.${ended}.tmp`, `${path}2.${ended}-0123456789ab.tmp`]
    for (const file of [...gone, ...kept]) {
      writeFileSync(file, 'x')
      utimesSync(file, past, past)
    }
    await saveSnapshot(await trained(1), path)
    expect(readdirSync(folder).sort()).toEqual([path, ...kept].map((file) => basename(file)).sort())
  })

  it('of this process stay while it may still write them', async () => {
    writeFileSync(temporary(process.pid), 'x')
    await saveSnapshot(await trained(1), path)
    expect(existsSync(temporary(process.pid))).toBe(true)
  })
})

describe('the built entry', () => {
  it('shares its classes with the core', async () => {
    const program = `
      import { createNetwork, WasmpropError } from 'wasmprop'
      import { loadSnapshot, saveSnapshot } from 'wasmprop/node'
      const network = await createNetwork({ inputs: 1, layers: [{ units: 1 }] })
      await saveSnapshot(network, ${JSON.stringify(path)})
      const loaded = await loadSnapshot(${JSON.stringify(path)})
      const error = await loadSnapshot(process.execPath).catch((error) => error)
      console.log(loaded.constructor === network.constructor, error instanceof WasmpropError, error.code)`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
    expect(output.trim()).toBe('true true INVALID_MODEL')
  })
})
