// Which engine a network gets where WebAssembly is missing, forbidden, broken or brought along.
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { NetworkConfig } from '../../src/index.ts'
import { Program } from '../../src/program.ts'

const CONFIG: NetworkConfig = { inputs: 2, layers: [{ units: 3, activation: 'tanh' }, { units: 1 }], seed: 1 }
const binary = readFileSync(new URL('../../build/wasmprop.wasm', import.meta.url))

/** The library as it is loaded in a host that is new to it: nothing compiled or tested yet */
const load = () => import('../../src/index.ts')
const loadEngine = async () => (await import('../../src/engines/wasm.ts')).WasmEngine

beforeEach(() => {
  vi.resetModules()
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** Expects `auto` to choose TypeScript for a reason, with the same numbers, and `wasm` to be refused with it. */
async function expectFallback(reason: RegExp, changes: Partial<NetworkConfig> = {}) {
  const { createNetwork } = await load()
  const network = await createNetwork({ ...CONFIG, ...changes })
  expect(network.engine).toMatchObject({ name: 'typescript', threads: 1, relaxed: false })
  expect(network.engine.reason).toMatch(reason)
  expect(network.summary()).toMatch(/engine typescript \(.+\)/)
  network.trainSync([[1, 2]], [[3]], { epochs: 3 })
  expect(network.weightsHash()).toBe(await hashInTypeScript())
  const refused = createNetwork({ ...CONFIG, ...changes, engine: 'wasm' })
  await expect(refused).rejects.toMatchObject({ name: 'WasmpropError', code: 'ENGINE_UNAVAILABLE', path: 'engine' })
  await expect(refused).rejects.toThrow(reason)
}

async function hashInTypeScript(dtype?: 'float32' | 'float64'): Promise<string> {
  const { createNetwork } = await load()
  const network = await createNetwork({ ...CONFIG, ...(dtype ? { dtype } : {}), engine: 'typescript' })
  expect(network.engine).toEqual({ name: 'typescript', threads: 1, relaxed: false })
  network.trainSync([[1, 2]], [[3]], { epochs: 3 })
  return network.weightsHash()
}

/** WebAssembly of this host with other members */
function changeWebAssembly(changes: Partial<typeof WebAssembly>) {
  const members = Object.getOwnPropertyDescriptors(WebAssembly)
  vi.stubGlobal('WebAssembly', Object.assign(Object.defineProperties({}, members), changes))
}

describe('the fallback', () => {
  it('is not taken where WebAssembly works', async () => {
    const { createNetwork } = await load()
    const network = await createNetwork(CONFIG)
    expect(network.engine).toEqual({ name: 'wasm', threads: 1, relaxed: false })
    network.trainSync([[1, 2]], [[3]], { epochs: 3 })
    expect(network.weightsHash()).toBe(await hashInTypeScript())
  })

  it('comes where there is no WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined)
    await expectFallback(/no WebAssembly/)
  })

  it('comes where a policy forbids compiling, though validate says true', async () => {
    const messages = [
      "WebAssembly.compile(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source",
      'call to WebAssembly.compile() blocked by CSP',
    ]
    for (const message of messages) {
      const compile = () => Promise.reject(new WebAssembly.CompileError(message))
      changeWebAssembly({ compile, validate: () => true })
      await expectFallback(/the Content-Security-Policy forbids WebAssembly: 'wasm-unsafe-eval' in its script-src/)
      vi.unstubAllGlobals()
    }
  })

  it('comes where compiling throws at once', async () => {
    const compile = () => {
      throw new EvalError('Code generation from strings disallowed for this context')
    }
    changeWebAssembly({ compile: compile as typeof WebAssembly.compile })
    await expectFallback(/disallowed/)
  })

  it('comes where the host does not know SIMD', async () => {
    const compile = () => Promise.reject(new WebAssembly.CompileError('invalid value type 0x7b @+36'))
    changeWebAssembly({ compile })
    await expectFallback(/0x7b/)
  })

  it('comes where instances are refused', async () => {
    class Instance {
      constructor() {
        throw new RangeError('could not allocate memory')
      }
    }
    changeWebAssembly({ Instance: Instance as unknown as typeof WebAssembly.Instance })
    await expectFallback(/could not allocate memory/)
  })

  it.each([0, 1 + 2 ** -52])('comes where the host computes wrongly: losses times %s', async (factor) => {
    const { prototype } = await loadEngine()
    const { train } = prototype
    vi.spyOn(prototype, 'train').mockImplementation(function (this: typeof prototype, program, steps) {
      const status = train.call(this, program, steps)
      const [epochLosses, epochLossesCount] = new Program(this.buffer).read('epochLosses', 'epochLossesCount')
      const losses = new Float64Array(this.buffer, epochLosses, epochLossesCount)
      losses.set(losses.map((loss) => loss * factor))
      return status
    })
    await expectFallback(/computes wrongly/)
  })

  it('comes where a call into WebAssembly traps', async () => {
    const { prototype } = await loadEngine()
    vi.spyOn(prototype, 'train').mockImplementation(() => {
      throw new WebAssembly.RuntimeError('unreachable')
    })
    await expectFallback(/unreachable/)
  })

  it('tests a module once, not once per network', async () => {
    const { createNetwork } = await load()
    const { prototype } = await loadEngine()
    const train = vi.spyOn(prototype, 'train')
    await createNetwork(CONFIG)
    expect(train).toHaveBeenCalled()
    train.mockClear()
    await createNetwork(CONFIG)
    await createNetwork(CONFIG)
    expect(train).not.toHaveBeenCalled()
  })

  it('compiles the build of the dtype alone', async () => {
    const compile = vi.fn(WebAssembly.compile)
    changeWebAssembly({ compile })
    const { createNetwork } = await load()
    for (const dtype of ['float32', 'float64', 'float32'] as const) {
      const network = await createNetwork({ ...CONFIG, dtype })
      expect(network.engine.name).toBe('wasm')
    }
    const sizes = compile.mock.calls.map(([bytes]) => (bytes as Uint8Array).byteLength)
    expect(sizes).toHaveLength(2)
    for (const size of sizes) expect(size).toBeLessThan(0.65 * binary.length)
  })

  it('asked for, does not touch WebAssembly', async () => {
    const compile = vi.fn()
    changeWebAssembly({ compile })
    await hashInTypeScript()
    expect(compile).not.toHaveBeenCalled()
  })
})

it('what could not be compiled is compiled by the next network', async () => {
  const { compile } = WebAssembly
  const once = vi.fn(compile).mockRejectedValueOnce(new RangeError('out of memory'))
  changeWebAssembly({ compile: once })
  const { createNetwork } = await load()
  expect((await createNetwork(CONFIG)).engine).toMatchObject({ name: 'typescript', reason: 'out of memory' })
  expect((await createNetwork(CONFIG)).engine).toEqual({ name: 'wasm', threads: 1, relaxed: false })
  await createNetwork(CONFIG)
  expect(once).toHaveBeenCalledTimes(2)
})

describe('the option wasm', () => {
  it.each(['float32', 'float64'] as const)('takes the compiled module of this version for %s', async (dtype) => {
    const module = await WebAssembly.compile(binary)
    changeWebAssembly({ compile: () => Promise.reject(new Error('forbidden')) })
    const { createNetwork } = await load()
    const network = await createNetwork({ ...CONFIG, dtype, wasm: module })
    expect(network.engine).toEqual({ name: 'wasm', threads: 1, relaxed: false })
    network.trainSync([[1, 2]], [[3]], { epochs: 3 })
    expect(network.weightsHash()).toBe(await hashInTypeScript(dtype))
    expect(network.clone().engine.name).toBe('wasm')
  })

  it.each<[string, number[]]>([
    ['an empty one', []],
    // (memory (export "memory") 1)
    ['one with a memory alone', [5, 3, 1, 0, 1, 7, 10, 1, 6, 109, 101, 109, 111, 114, 121, 2, 0]],
    // (import "env" "abort" (func))
    ['one that imports', [1, 4, 1, 96, 0, 0, 2, 13, 1, 3, 101, 110, 118, 5, 97, 98, 111, 114, 116, 0, 0]],
  ])('refuses another module clearly: %s', async (_, sections) => {
    const module = await WebAssembly.compile(Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...sections]))
    await expectOtherModule(module)
  })

  it('refuses one that computes something else, as that of another version', async () => {
    const { prototype } = await loadEngine()
    vi.spyOn(prototype, 'train').mockReturnValue(0)
    await expectOtherModule(await WebAssembly.compile(binary))
  })

  it('asks a module in each type of numbers', async () => {
    const { prototype } = await loadEngine()
    const module = await WebAssembly.compile(binary)
    const { createNetwork } = await load()
    await createNetwork({ ...CONFIG, wasm: module })
    vi.spyOn(prototype, 'train').mockReturnValue(0)
    const refused = createNetwork({ ...CONFIG, engine: 'wasm', dtype: 'float64', wasm: module })
    await expect(refused).rejects.toMatchObject({ code: 'ENGINE_FAILED', path: 'wasm' })
  })

  it.each(['wasmprop-float64', 'wasmprop-threads', 'wasmprop-lanes'])(
    'refuses another of its own builds: %s',
    async (name) => {
      const file = new URL(`../../build/${name}.wasm`, import.meta.url)
      await expectOtherModule(await WebAssembly.compile(readFileSync(file)))
    },
  )

  /** An error where wasm is asked for, else the reason of the fallback */
  async function expectOtherModule(module: WebAssembly.Module) {
    const message = /^(createNetwork: )?wasm: expected the WebAssembly module of this version/
    const { createNetwork } = await load()
    const refused = createNetwork({ ...CONFIG, engine: 'wasm', wasm: module })
    await expect(refused).rejects.toMatchObject({ code: 'ENGINE_FAILED', path: 'wasm' })
    await expect(refused).rejects.toThrow(message)
    const { engine } = await createNetwork({ ...CONFIG, wasm: module })
    expect(engine).toMatchObject({ name: 'typescript', reason: expect.stringMatching(message) })
  }

  it('has no relaxed arithmetic, and says so', async () => {
    const { createNetwork } = await load()
    const wasm = await WebAssembly.compile(binary)
    const { engine } = await createNetwork({ ...CONFIG, wasm, arithmetic: 'relaxed' })
    const reason = 'no relaxed SIMD: the module that is given has none'
    expect(engine).toEqual({ name: 'wasm', threads: 1, relaxed: false, reason })
  })

  it.each([binary, {}, 'wasmprop.wasm', null, 5, WebAssembly])('refuses what is no module: %#', async (wasm) => {
    const { createNetwork } = await load()
    const refused = createNetwork({ ...CONFIG, wasm: wasm as unknown as WebAssembly.Module })
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_CONFIG', path: 'wasm' })
    await expect(refused).rejects.toThrow(/WebAssembly\.compile\(bytes\)/)
  })
})

describe('relaxed arithmetic', () => {
  it('is taken where the host has it, else the reason is given', async () => {
    const { createNetwork } = await load()
    const { engine } = await createNetwork({ ...CONFIG, arithmetic: 'relaxed' })
    expect(engine.name).toBe('wasm')
    expect(engine.relaxed).toBe(engine.reason === undefined)
    if (!engine.relaxed) expect(engine.reason).toMatch(/no relaxed SIMD/)
  })

  it('is never used unless asked for', async () => {
    const { createNetwork } = await load()
    await createNetwork({ ...CONFIG, arithmetic: 'relaxed' })
    expect((await createNetwork(CONFIG)).engine).toEqual({ name: 'wasm', threads: 1, relaxed: false })
  })

  it('does not fit the TypeScript engine, and leaves its bits alone', async () => {
    const { createNetwork } = await load()
    const network = await createNetwork({ ...CONFIG, arithmetic: 'relaxed', engine: 'typescript' })
    expect(network.engine).toMatchObject({ name: 'typescript', relaxed: false })
    expect(network.engine.reason).toBe('no relaxed SIMD: TypeScript has none')
    network.trainSync([[1, 2]], [[3]], { epochs: 3 })
    expect(network.weightsHash()).toBe(await hashInTypeScript())
  })
})
