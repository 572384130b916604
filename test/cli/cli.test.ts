// The command `wasmprop` as a user runs it: dist/cli.js in processes of its own, but for most of what is refused.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { findCrossover, markdownForm, type Outcome, textForm } from '../../src/cli/bench/bench.ts'
import type { Machine } from '../../src/cli/bench/machine.ts'
import { createNetwork, explain, type NetworkConfig } from '../../src/index.ts'
import mazur from '../fixtures/mazur.json' with { type: 'json' }
import tutorial from '../fixtures/tutorial.json' with { type: 'json' }
import { callCommand } from '../support/command.ts'
import { whenThere } from '../support/tools.ts'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

interface Run {
  code: number | null
  stdout: string
  stderr: string
}

function start(args: string[], environment: Record<string, string> = {}, flags: string[] = []): ChildProcess {
  const { DEBUG: _, ...env } = process.env
  return spawn(process.execPath, [...flags, CLI, ...args], {
    env: { ...env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function run(args: string[], environment?: Record<string, string>, flags?: string[]): Promise<Run> {
  const child = start(args, environment, flags)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const [code] = await once(child, 'close')
  return { code, ...output }
}

const wasmprop = (...args: string[]): Promise<Run> => run(args)

async function json(...args: string[]) {
  const { code, stdout, stderr } = await wasmprop(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

const FEW = ['--epochs', '20']

describe('wasmprop', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('%j prints how it is used', async (args) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^wasmprop .*\n\nUsage: wasmprop <command> \[options\]\n/)
    expect(stdout).toMatch(/\n {2}tutorial .*\n {2}bench .*\n/)
    expect(stdout).toContain('the last one counts')
  })

  it.each([
    ['tutorial', '--help'],
    ['help', 'tutorial'],
    ['bench', '--help'],
    ['help', 'bench'],
  ])('%s %s lists its options', async (...args) => {
    const { code, stdout } = await wasmprop(...args)
    const command = args.find((word) => !word.includes('help'))
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^Usage: wasmprop ${command} \\[options\\]\n`))
    expect(stdout).toMatch(/\n {2}--json .*\n {2}--stack .*\n {2}--help /)
  })

  it('prints its version', async () => {
    expect(await wasmprop('--version')).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })

  it.each<[string, string[], string]>([
    ['an unknown command', ['tutoral'], 'unknown command "tutoral"; did you mean "tutorial"?'],
    [
      'a name of Object',
      ['toString'],
      'unknown command "toString"; expected train or predict or evaluate or compare or inspect or explain or verify or tutorial or bench or worksheet or completion',
    ],
    ['an option before the command', ['--versoin'], 'unknown option "--versoin"; did you mean "--version"?'],
    ['an unknown option', ['tutorial', '--epoch', '5'], 'unknown option "--epoch"; did you mean "--epochs"?'],
    ['an option of another command', ['bench', '--epochs', '5'], 'unknown option "--epochs"; expected one of --quick'],
    ['a short option', ['tutorial', '-e', '5'], 'unknown option "-e"; expected one of --epochs'],
    ['one dash too few', ['tutorial', '-hidden', '5'], 'unknown option "-hidden"; did you mean "--hidden"?'],
    ['help for an unknown command', ['help', 'tutorail'], 'unknown command "tutorail"; did you mean "tutorial"?'],
    ['two formats', ['bench', '--json', '--markdown'], '--markdown does not go with --json'],
    ['a word', ['tutorial', '--epochs', 'abc'], '--epochs: expected an integer from 1 to 10000000, got "abc"'],
    ['a fraction', ['tutorial', '--epochs', '1.5'], '--epochs: expected an integer from 1 to 10000000, got "1.5"'],
    ['too many', ['tutorial', '--epochs', '1e15'], '--epochs: expected an integer from 1 to 10000000, got "1e15"'],
    ['a missing value', ['tutorial', '--epochs'], '--epochs needs a value: an integer from 1 to 10000000'],
    ['an option as a value', ['tutorial', '--epochs', '--json'], '--epochs needs a value'],
    ['a rate below 0', ['tutorial', '--learning-rate', '-1'], '--learning-rate: expected a number above 0, got "-1"'],
    ['an empty number', ['tutorial', '--seed='], '--seed: expected an integer from 0 to 4294967295, got ""'],
    ['a choice', ['tutorial', '--engine', 'wsm'], 'expected auto, wasm or typescript, got "wsm"; did you mean "wasm"?'],
    ['a value of a flag', ['tutorial', '--json=maybe'], '--json: expected true or false, got "maybe"'],
    ['an option that every object has', ['tutorial', '--constructor'], 'unknown option "--constructor"'],
    ['codes of a terminal', ['tutorial', '--explain\u001b[31m'], 'unexpected argument "--explain\\u001b[31m"'],
    ['an argument', ['tutorial', 'data.csv'], 'unexpected argument "data.csv"'],
    [
      'a weight',
      ['tutorial', '--explain', 'w99', ...FEW],
      '--explain: expected all, a weight (w1 to w9) or a bias (b1 to b4)',
    ],
    ['a weight', ['tutorial', '--example', 'mazur', '--explain', 'W5'], 'did you mean "w5"?'],
    [
      'what does not go together',
      ['tutorial', '--example', 'mazur', '--hidden', '3'],
      '--hidden does not go with --example',
    ],
  ])('refuses %s in two lines: %j', async (_, args, message) => {
    const { status, stdout, stderr } = await callCommand(args)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^wasmprop: .*\nTry: wasmprop (tutorial |bench )?--help\n$/)
  })

  it('shows where an error comes from only when asked', async () => {
    const bad = ['tutorial', '--epochs', 'abc']
    expect((await run(bad)).stderr).not.toContain('    at ')
    expect((await run([...bad, '--stack'])).stderr).toMatch(/(UsageError|Error): .*\n {4}at /)
    expect((await run(bad, { DEBUG: '1' })).stderr).toContain('    at ')
  })

  it('takes an option once: the last one, before or after operands', async () => {
    const [once, twice] = await Promise.all([
      json('tutorial', '--epochs', '20'),
      json('tutorial', '--epochs', '7', '--json', '--epochs=20'),
    ])
    expect(twice.weightsHash).toBe(once.weightsHash)
  })

  whenThere(existsSync('/dev/full'), '/dev/full', 'says in one line that standard output cannot be written', () => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'tutorial', ...FEW], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    closeSync(full)
    expect(status).toBe(1)
    expect(stderr).toMatch(/^wasmprop: standard output cannot be written: .*\n$/)
  })

  it('loads what the command needs, and no more', () => {
    const loaded = (file: string, seen = new Set<string>()): Set<string> => {
      const text = readFileSync(new URL(`../../dist/${file}`, import.meta.url), 'utf8')
      for (const [, name] of text.matchAll(/(?:\bfrom|\bimport)\s*"([^"]+)"/g)) {
        if (seen.has(name)) continue
        seen.add(name)
        if (name.startsWith('./')) loaded(name, seen)
      }
      return seen
    }
    expect([...loaded('cli.js')]).not.toContain('wasmprop')
    expect([...loaded('cli-tutorial.js')]).toContain('wasmprop')
    expect([...loaded('cli-tutorial.js')]).not.toContain('wasmprop/table')
    expect([...loaded('cli-train.js')]).toContain('wasmprop/table')
  })

  it('writes no colors into pipes', async () => {
    expect((await wasmprop('tutorial', ...FEW)).stdout).not.toContain('\u001b')
  })

  it('ends quietly when the reader of a pipe leaves', async () => {
    const child = start(['tutorial', '--explain', 'all'])
    let errors = ''
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    await once(child.stdout!, 'data')
    child.stdout!.destroy()
    const [code] = await once(child, 'exit')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  })

  it('ends with 5 where training diverged', async () => {
    const { code, stderr } = await run(['tutorial', '--learning-rate', '1e308', '--unscaled', '--epochs', '50'])
    expect([code, stderr]).toEqual([5, expect.stringContaining('training diverged')])
  })

  for (const args of [['tutorial', '--epochs', '10000000'], ['bench']])
    whenThere(process.platform !== 'win32', 'SIGINT', `${args.join(' ')} ends with 130 on Ctrl-C`, async () => {
      const child = start(args)
      await once(child.stdout!, 'data')
      child.kill('SIGINT')
      expect(await once(child, 'exit')).toEqual([130, null])
    })
})

/** The network of `wasmprop tutorial`, by the library */
function tutorialNetwork(changes: Partial<NetworkConfig> = {}, trainBias = true) {
  const begin = { activation: 'sigmoid', weightInit: { name: 'uniform' }, biasInit: { name: 'uniform' } } as const
  return createNetwork({
    inputs: 2,
    layers: [
      { ...begin, units: 3, trainBias },
      { ...begin, units: 1 },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: 0.1 },
    scaling: { inputs: 'max', targets: { divideBy: 100 } },
    dtype: 'float64',
    seed: 1,
    ...changes,
  })
}

describe('wasmprop tutorial', () => {
  const { X_raw: X, y_raw: scores } = tutorial
  const y = scores.map((score) => [score])

  it('prints what the teaching script prints, the loss curve, and both engines', async () => {
    const { code, stdout, stderr } = await wasmprop('tutorial')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/2 +9 +0\.666667 +1\.000000 +92 +0\.92 +89\.5893 +0\.895893\n/)
    expect(stdout).toMatch(
      /Loss .*: 0\.000539739 → 0\.000483756 in 7000 epochs\n( +\S+ +[┤┼].*\n){9} +epoch 1 +to 7000\n/,
    )
    expect(stdout).toMatch(/Trained by the wasm engine in [\d.]+ (µs|ms|s)/)
    expect(stdout).toMatch(/time for 7000 epochs( +[\d.]+ (µs|ms|s)){2} +ratio \d+\.\d, best of \d\n/)
    expect(stdout).toMatch(/weights hash +([0-9a-f]{16}) +\1 +identical\n/)
    expect(stdout).toMatch(
      /fitted.*\n +Actual +92 +86 +89\n +Plain steps, 7000 +89\.59 +87\.93 +89\.35\n +Adam, 211 epochs +9[12]\.\d\d +8[56]\.\d\d +8[89]\.\d\d\n$/,
    )
    expect(Math.max(...stdout.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(90)
    expect(stdout.split('\n').length).toBeLessThanOrEqual(40)
  })

  it('--json says the same as the library', async () => {
    const report = await json('tutorial')
    const network = await tutorialNetwork()
    const { loss } = await network.train(X, y, { epochs: 7000, batchSize: 'full' })
    expect(report).toMatchObject({
      command: 'tutorial',
      network: [2, 3, 1],
      X,
      XScaled: tutorial.X,
      actual: scores,
      actualScaled: tutorial.y_scaled,
      predicted: network.predict(X).flat(),
      epochs: 7000,
      stopReason: 'epochs',
      loss: { first: loss[0], last: loss[6999] },
      trainedBy: { name: 'wasm' },
      weights: network.getWeights(),
      weightsHash: network.weightsHash(),
      engines: { identical: true, hashes: { wasm: network.weightsHash(), typescript: network.weightsHash() } },
      warnings: [],
    })
    expect(report.fitted.epochs).toBe(211)
    for (const [row, score] of report.fitted.predicted.entries())
      expect(Math.abs(score - scores[row])).toBeLessThan(0.05)
    expect(report.engines.ratio).toBe(report.engines.milliseconds.typescript / report.engines.milliseconds.wasm)
    for (const { epoch, loss: value } of report.loss.curve) expect(value).toBe(loss[epoch - 1])
    expect(report.loss.curve.at(-1).epoch).toBe(7000)
  })

  it('takes epochs, learning rate, units, seed, engine and dtype; the last one counts', async () => {
    const args = ['--epochs', '5', '--epochs=30', '--learning-rate', '0.5', '--hidden', '4', '--seed', '7']
    const report = await json('tutorial', ...args, '--engine', 'typescript', '--dtype', 'float32')
    const [hidden, output] = (await tutorialNetwork()).layers.map(({ activation }) => ({
      activation,
      weightInit: { name: 'uniform' as const },
      biasInit: { name: 'uniform' as const },
    }))
    const network = await tutorialNetwork({
      layers: [
        { ...hidden, units: 4 },
        { ...output, units: 1 },
      ],
      optimizer: { name: 'sgd', learningRate: 0.5 },
      seed: 7,
      dtype: 'float32',
    })
    await network.train(X, y, { epochs: 30, batchSize: 'full' })
    expect(report).toMatchObject({ epochs: 30, trainedBy: { name: 'typescript' }, weightsHash: network.weightsHash() })
  })

  it('--literal leaves hidden biases and targets as they are: it warns, and the loss stalls near 11625', async () => {
    const { code, stdout, stderr } = await wasmprop('tutorial', '--literal')
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /^warning: targets 92, 86, 89 lie outside 0 to 1, the range of the sigmoid output.*11625.*\n$/,
    )
    expect(stdout).toMatch(/→ 11625\.0 in 7000 epochs/)
    const report = await json('tutorial', '--literal')
    expect(report.warnings).toHaveLength(1)
    expect(Math.abs(report.loss.last - 11625)).toBeLessThan(0.1)
    for (const output of report.predicted) expect(1 - output).toBeLessThan(1e-5)
    const start = (await tutorialNetwork()).getWeights()
    expect(report.weights[0].biases).toEqual(start[0].biases)
    expect(report.weights[1].biases).not.toEqual(start[1].biases)
  })

  it('--unscaled and --freeze-hidden-bias are the halves of --literal', async () => {
    const [both, literal, unscaled, frozen] = await Promise.all(
      [['--unscaled', '--freeze-hidden-bias'], ['--literal'], ['--unscaled'], ['--freeze-hidden-bias']].map((options) =>
        json('tutorial', ...FEW, ...options),
      ),
    )
    expect(both.weightsHash).toBe(literal.weightsHash)
    expect(unscaled.warnings).toEqual(literal.warnings)
    expect(frozen.warnings).toEqual([])
    const network = await tutorialNetwork({}, false)
    await network.train(X, y, { epochs: 20, batchSize: 'full' })
    expect(frozen.weightsHash).toBe(network.weightsHash())
  })

  it('--explain gives the chain rule for the first row before training', async () => {
    const network = await tutorialNetwork()
    network.fitScaling(X, y)
    const explanation = explain(network, X[0], y[0])
    const text = explanation.toText({ weight: 'w5' })
    expect((await wasmprop('tutorial', ...FEW, '--explain', 'w5')).stdout).toContain(`w5\n\n${text}\n`)
    expect((await json('tutorial', ...FEW, '--explain', 'w5')).explanation).toEqual({ of: 'w5', text })
    expect((await json('tutorial', ...FEW, '--explain', 'all')).explanation.text).toBe(explanation.toText())
  })

  it('trains in TypeScript where there is no WebAssembly, and says so', async () => {
    const { code, stdout } = await run(['tutorial', ...FEW], {}, ['--jitless'])
    expect(code).toBe(0)
    expect(stdout).toContain('Trained by the typescript engine (this host has no WebAssembly)')
    expect(stdout).toContain('WebAssembly is not available here')
  })

  it.each([['1'], ['2'], ['3']])('draws %s epochs', async (epochs) => {
    const { code, stdout } = await wasmprop('tutorial', '--epochs', epochs)
    expect(code).toBe(0)
    expect(stdout).toContain(`in ${epochs} epoch${epochs === '1' ? '' : 's'}\n`)
    expect(stdout).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('wasmprop tutorial --example mazur', () => {
  const { published, variants } = mazur
  const after = variants.no_bias_update.after_step['1']

  it("prints Mazur's numbers, w5 and w1, and the right error after one step", async () => {
    const { code, stdout, stderr } = await wasmprop('tutorial', '--example', 'mazur')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { after_1: weights, after_10000: _, ...pass } = published
    for (const value of [...Object.values(pass), weights.w1, weights.w5]) expect(stdout).toContain(String(value))
    expect(stdout).toContain('Chain of w5, from h1 to o1\n')
    expect(stdout).toContain('Chain of w1, from i1 to h1\n')
    expect(stdout).toContain('E total after one step = 0.2910277737')
  })

  it('--json has every quantity', async () => {
    const report = await json('tutorial', '--example', 'mazur', '--engine', 'typescript')
    expect(report).toMatchObject({ command: 'tutorial', example: 'mazur', trainedBy: { name: 'typescript' } })
    expect(Math.abs(report.errorAfter - after.E_total)).toBeLessThan(1e-15)
    expect(report.layers[1].neurons[0].weights[0].name).toBe('w5')
    expect(Math.abs(report.layers[1].neurons[0].weights[0].updated - after.w5)).toBeLessThan(1e-15)
    expect(report.explained.map(({ of }: { of: string }) => of)).toEqual(['w5', 'w1'])
  })

  it('--explain chooses the weight', async () => {
    const { stdout } = await wasmprop('tutorial', '--example', 'mazur', '--explain', 'w8')
    expect(stdout).toContain('Chain of w8, from h2 to o2\n')
    expect(stdout).not.toContain('Chain of w5')
  })
})

describe('wasmprop bench --layers', () => {
  it('proves and times a network of one’s own', async () => {
    const { outcomes } = await json('bench', '--quick', '--layers', '4,8,3', '--batch', '16', '--dtype', 'float32')
    expect(outcomes.map(({ what }: Outcome) => what)).toEqual(['4-8-3, batch 16, adam'])
    expect(outcomes[0].proofs.map(({ holds }: { holds: boolean }) => holds)).toEqual([true, true, true])
    expect(
      outcomes[0].timings.map(({ contestant, dtype }: Outcome['timings'][number]) => `${contestant} ${dtype}`),
    ).toEqual(['wasm float32', 'typescript float32', 'plain JavaScript float64'])
  })

  it.each<[string[], string]>([
    [['--layers', '4'], '--layers: expected inputs and the units of at least one layer'],
    [['--layers', '4,0'], '--layers: expected inputs'],
    [['--batch', '4'], '--batch needs --layers'],
    [['--layers', '4,2', '--optimizer', 'lbfgs'], '--optimizer: expected sgd, rmsprop'],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await callCommand(['bench', ...args])
    expect(status).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('wasmprop bench --quick', () => {
  const time = String.raw`(?:\* )?[\d.]+ (?:µs|ms|s)`
  const share = String.raw`[\d.]+ %`
  const rows = [
    ['wasm', 'float32'],
    ['wasm', 'float64'],
    ['typescript', 'float32'],
    ['typescript', 'float64'],
    ['plain JavaScript', 'float64'],
  ]
  // Measured once, for all forms
  let report: Machine & { outcomes: Outcome[]; crossover: ReturnType<typeof findCrossover> }
  beforeAll(async () => {
    report = await json('bench', '--quick')
  })

  it('proves equal weights, then times them, with intervals', () => {
    expect(report).toMatchObject({ node: process.version, platform: `${process.platform} ${process.arch}` })
    expect(report.version).toBe(manifest.version)
    expect(report.outcomes.map(({ workload }) => workload)).toEqual(['W1', 'W3'])
    for (const { proofs, timings } of report.outcomes) {
      expect(proofs.map(({ holds }) => holds)).toEqual([true, true, true])
      for (const { median, min, low, high, isSteady, ratio, rounds } of timings) {
        expect(min).toBe(Math.min(...rounds.flat()))
        expect([min, low, median, high]).toEqual([min, low, median, high].sort((a, b) => a - b))
        expect(typeof isSteady).toBe('boolean')
        expect(rounds.length).toBeGreaterThanOrEqual(6)
        expect(ratio.median).toBe(median / timings[0].median)
        expect(ratio.min).toBe(min / timings[0].min)
        expect(ratio.low).toBeLessThanOrEqual(ratio.high)
      }
    }
  })

  it('says where plain JavaScript is ahead', () => {
    const { gains, ahead, undecided, text } = report.crossover
    expect(gains.map(({ workload, contestant }) => `${workload} ${contestant}`)).toEqual([
      'W1 plain JavaScript',
      'W1 written out for 2-3-1',
      'W3 plain JavaScript',
    ])
    expect(ahead).toEqual(gains.filter(({ gain }) => gain.high < 1))
    expect(undecided).toEqual(gains.filter(({ gain }) => gain.low <= 1 && gain.high >= 1))
    for (const { workload, contestant } of gains) expect(text.split(`${workload} ${contestant} (`)).toHaveLength(2)
    expect(text.includes('Too near to tell apart here:')).toBe(undecided.length > 0)
  })

  it('calls nobody ahead whose interval reaches to the other side of 1', () => {
    const timing = (contestant: string, rounds: number[][]) => {
      const median = rounds.flat().sort((a, b) => a - b)[Math.floor(rounds.flat().length / 2)]
      return { ...report.outcomes[0].timings[0], contestant, isPlain: contestant !== 'wasm', rounds, median }
    }
    const outcome = (plain: number[][]) => [
      { ...report.outcomes[0], timings: [timing('wasm', [[1], [1.1], [0.9], [1]]), timing('plain JavaScript', plain)] },
    ]
    const wide = findCrossover(outcome([[0.3], [4], [0.4], [3]]))
    expect(wide.ahead).toEqual([])
    expect(wide.text).toMatch(/^Too near to tell apart here: W1 plain JavaScript \([\d.]+, 0\.\d+ to [1-9][\d.]*\)\.\n/)
    expect(findCrossover(outcome([[3], [3.1], [3], [2.9]])).text).toMatch(/^Wasm is ahead of plain JavaScript on: W1 /)
    expect(findCrossover(outcome([[0.3], [0.31], [0.3], [0.29]])).text).toMatch(
      /^Plain JavaScript is ahead of wasm on: W1 /,
    )
  })

  it('prints tables as text', () => {
    expect(textForm.head(report)).toContain(`${process.platform} ${process.arch}, Node ${process.version} (V8 `)
    const text = report.outcomes.map(textForm.outcome).join('\n')
    expect(text).toMatch(/proved: W1 float32: typescript has the bits of wasm \([0-9a-f]{16}\)\n/)
    expect(text).toMatch(/proved: W3: plain JavaScript stays within 1e-9 of wasm/)
    for (const [name, dtype] of rows) {
      const cells = [time, share, time, '[\\d.]+', share, '[\\d.]+'].join(' +')
      expect(text.match(new RegExp(`\n {2}${name} +${dtype} +${cells}(?=\n|$)`, 'g'))).toHaveLength(2)
    }
  })

  it('prints tables as Markdown', () => {
    expect(markdownForm.head(report)).toMatch(/^# wasmprop bench\n/)
    const text = report.outcomes.map(markdownForm.outcome).join('\n')
    expect(text.match(/\n## W\d: /g)).toHaveLength(2)
    for (const [name, dtype] of rows) {
      const cells = [name, dtype, time, share, time, '[\\d.]+', share, '[\\d.]+'].join(' \\| ')
      expect(text.match(new RegExp(`\n\\| ${cells} \\|`, 'g'))).toHaveLength(2)
    }
  })

  it('names the contestant whose process dies', async () => {
    // From build/, since the file of the process lies beside dist/
    const { inChild } = await import(new URL('../../build/bench-processes.js', import.meta.url).href)
    const options = { workload: 'W1', contestant: 'wasm', dtype: 'float32', epochs: 1, shuffles: false }
    const variant = await inChild('wasm float32', options)
    expect(await variant.sample(1)).toBeGreaterThan(0)
    await variant.stop()
    await expect(variant.sample(1)).rejects.toThrow('the process of wasm float32 on W1 has ended (SIGKILL)')
  })
})
