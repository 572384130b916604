// The commands that train, beside `train` itself: report, compare, verify, a training that Ctrl-C stops, and completion.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { shellWord } from '../../src/shell.ts'
import { crossValidateTable } from '../../src/table/index.ts'
import { CLI, environment, useCommand } from '../support/command.ts'
import { HOSTILE } from '../support/hostile.ts'
import { whenThere } from '../support/tools.ts'

const PENGUINS = fileURLToPath(new URL('../../data/penguins.csv', import.meta.url))
const TRAIN = ['train', 'penguins.csv', '--target', 'Species', '--effort', 'quick']
const command = useCommand('learning')
const { run, runWith, call, read } = command

let folder: string
beforeAll(() => {
  folder = command.folder
  copyFileSync(PENGUINS, join(folder, 'penguins.csv'))
  expect(run(...TRAIN, '--report', 'report.html')).toMatchObject({ status: 0 })
})

describe('train --report', () => {
  it('writes a page with the scores of the model and the command that repeats it', () => {
    const page = read('report.html')
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(page).toContain('wasmprop train penguins.csv --target Species --effort quick')
    for (const what of ['Confusion', 'Calibration', 'Importance', 'Losses by epoch', 'Culmen Length (mm)'])
      expect(page).toContain(what)
    expect(page).toContain(JSON.parse(read('model.json')).choices.digest)
  })

  it('writes over no page that is there, and finds that out before it trains', () => {
    const { status, stderr } = run(...TRAIN, '--out', 'other.json', '--report', 'report.html')
    expect([status, stderr]).toEqual([2, expect.stringContaining('report.html is there already; --force')])
    expect(existsSync(join(folder, 'other.json'))).toBe(false)
  })

  it('shows names and labels that want to be markup, formulas or codes of a terminal as text', async () => {
    const labels = HOSTILE.filter((text) => text.length < 100 && !/[\ud800\u2028]/.test(text))
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
    const rows = Array.from({ length: 90 }, (_, row) => `${row % 7},${row % 3},${quoted(labels[row % 2])}`)
    for (const [index, name] of labels.entries()) {
      const file = `hostile${index}.csv`
      writeFileSync(join(folder, file), `${quoted(name)},b,${quoted(`${name} target`)}\n${rows.join('\n')}\n`)
    }
    // One training is enough for the whole way; test/report has every place of the page.
    const args = ['--target', `${labels[0]} target`, '--effort', 'quick', '--out', 'h.json', '--report', 'h.html']
    const { status, stdout, stderr } = run('train', 'hostile0.csv', ...args)
    expect(status, stderr).toBe(0)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    expect(read('h.html')).not.toMatch(/<script|<img/)
    for (const index of labels.keys()) {
      const inspected = await call('inspect', `hostile${index}.csv`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      expect(inspected.stdout + inspected.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    }
  })
})

describe('compare', () => {
  it('ranks models with intervals, and gives the command that trains the winner', () => {
    const { status, stdout } = run(
      'compare',
      'penguins.csv',
      '--target',
      'Species',
      '--effort',
      'quick',
      '--folds',
      '3',
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/^Species: 3 folds, each row held out once\n +log loss +accuracy\n/)
    expect(stdout).toMatch(/\n1 {2}\S.* ± \d/)
    expect(stdout).toMatch(/\n4 {2}baseline +1\.0\d+ ± /)
    expect(stdout).toMatch(
      /To train the winner:\n {2}wasmprop train penguins.csv --target Species --effort quick( --only \w+)?\n$/,
    )
  })

  it('prints one document with --json', async () => {
    const args = ['--target', 'Species', '--effort', 'quick', '--folds', '2', '--only', 'linear', '--json']
    const { leaderboards, command } = JSON.parse(run('compare', 'penguins.csv', ...args).stdout)
    const [{ target, folds, metric, places }] = leaderboards
    expect({ target, folds, metric }).toEqual({ target: 'Species', folds: 2, metric: 'logLoss' })
    const losses = places.map(({ mean }: { mean: { logLoss: number } }) => mean.logLoss)
    expect(losses).toEqual([...losses].sort((a, b) => a - b))
    expect(command).toContain('--only linear')
    // Student's t for one degree of freedom
    const options = { target: 'Species', effort: 'quick', only: 'linear', folds: 2 } as const
    const { standardError } = [await crossValidateTable(read('penguins.csv'), options)].flat()[0]
    const { interval } = places.find(({ name }: { name: string }) => name === 'linear')
    expect(interval.logLoss / (standardError.linear as { logLoss: number }).logLoss).toBeCloseTo(12.706, 9)
  })
})

describe('a narrow terminal', () => {
  it.each([
    ['inspect', 'penguins.csv'],
    ['inspect', 'model.json'],
    ['explain', 'model.json', 'penguins.csv'],
    ['compare', 'penguins.csv', '--target', 'Species', '--effort', 'quick', '--folds', '2', '--only', 'linear'],
  ])('is not too narrow for %s %s', (...args) => {
    const { stdout } = runWith({ COLUMNS: '40' }, ...args)
    const [shown] = stdout.split('To train the winner')
    expect(Math.max(...shown.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(40)
  })

  it('breaks warnings into lines, and not where they go to a file', () => {
    const rows = Array.from({ length: 40 }, (_, row) => `${row + 1},${row % 3},${2 * row}`)
    writeFileSync(join(folder, 'counted.csv'), ['a,b,y', ...rows].join('\n'))
    const warned = (env: Record<string, string>) => {
      const { status, stderr } = runWith(
        env,
        'train',
        'counted.csv',
        '--target',
        'y',
        '--effort',
        'quick',
        '--out',
        'l.json',
        '--force',
      )
      expect([status, stderr]).toEqual([0, expect.stringContaining('warning')])
      return stderr.trimEnd().split('\n')
    }
    const wide = warned({})
    const narrow = warned({ COLUMNS: '40' })
    expect(Math.max(...narrow.map(({ length }) => length))).toBeLessThanOrEqual(40)
    expect(narrow.length).toBeGreaterThan(wide.length)
    expect(narrow.join('\n').replaceAll('\n  ', ' ')).toBe(wide.join('\n'))
  })
})

describe('verify', () => {
  it('proves that a model comes of its rows', () => {
    const { status, stdout } = run('verify', 'model.json', 'penguins.csv', '--threads', '2')
    expect(stdout).toMatch(/^equal: all \d+ parameters of \d+ networks/)
    expect(status).toBe(0)
    expect(JSON.parse(run('verify', 'model.json', 'penguins.csv', '--json').stdout)).toMatchObject({ isEqual: true })
  })

  it('tells a model whose weights were changed, and refuses other rows and other versions', () => {
    const model = JSON.parse(read('model.json'))
    const changed = JSON.parse(JSON.stringify(model))
    changed.targets[0].members[0].networks.reverse()
    writeFileSync(join(folder, 'changed.json'), JSON.stringify(changed))
    expect(run('verify', 'changed.json', 'penguins.csv')).toMatchObject({
      status: 4,
      stdout: expect.stringContaining('different: these rows'),
    })
    writeFileSync(join(folder, 'fewer.csv'), read('penguins.csv').split('\n').slice(0, -9).join('\n'))
    expect(run('verify', 'model.json', 'fewer.csv')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('fewer.csv, '),
    })
    model.choices.version = '0.0.1'
    writeFileSync(join(folder, 'old.json'), JSON.stringify(model))
    expect(run('verify', 'old.json', 'penguins.csv')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('wasmprop@0.0.1'),
    })
  })
})

describe('Ctrl-C', () => {
  whenThere(
    process.platform !== 'win32',
    'SIGINT',
    'writes a checkpoint from which --resume comes to the same bits',
    async () => {
      const [header, ...rows] = read('penguins.csv').trim().split('\n')
      writeFileSync(join(folder, 'some.csv'), [header, ...rows.filter((_, row) => row % 4 === 0), ''].join('\n'))
      const args = ['train', 'some.csv', '--target', 'Species', '--threads', '1', '--quiet']
      const checkpoint = join(folder, 'c.json.checkpoint')
      const stopped = async (out: string, wait: number) => {
        const child = spawn(process.execPath, [CLI, ...args, '--out', out], { cwd: folder, env: environment })
        const exit = once(child, 'exit')
        await setTimeout(wait)
        child.kill('SIGINT')
        return exit
      }
      // Earlier than training begins there is nothing to write; how long that takes is the machine's.
      let wait = 400
      for (; !existsSync(checkpoint) && wait < 60_000; wait *= 1.3) {
        // The second: before Node itself had begun
        expect([
          [130, null],
          [null, 'SIGINT'],
        ]).toContainEqual(await stopped('c.json', wait))
      }
      expect(existsSync(join(folder, 'c.json'))).toBe(false)
      expect(run(...args, '--out', 'c.json', '--resume').stderr).toBe('')
      expect(existsSync(checkpoint)).toBe(false)
      run(...args, '--out', 'whole.json')
      expect(read('c.json')).toBe(read('whole.json'))
      // Where no checkpoint can be written, nobody is told to go on from one.
      mkdirSync(join(folder, 'd.json.checkpoint'))
      let status: unknown
      for (wait /= 1.3; status !== 2 && wait < 60_000; wait *= 1.15) status = (await stopped('d.json', wait))[0]
      expect(status).toBe(2)
      const resumed = run(...args, '--out', 'd.json', '--resume')
      expect(resumed).toMatchObject({ status: 2, stderr: expect.stringContaining('d.json.checkpoint: cannot be read') })
    },
    240_000,
  )

  it('is not to be resumed where nothing was stopped, or with other options', () => {
    expect(run(...TRAIN, '--out', 'n.json', '--resume')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('n.json.checkpoint; there is none'),
    })
    const other = { format: 'wasmprop-table-checkpoint', version: '0.0.1', digest: '0', targets: [] }
    writeFileSync(join(folder, 'n.json.checkpoint'), JSON.stringify(other))
    expect(run(...TRAIN, '--out', 'n.json', '--resume')).toMatchObject({ status: 4 })
  })
})

describe('--budget', () => {
  it('takes times with a unit, and says what there was no time for', () => {
    expect(run(...TRAIN, '--out', 'b.json', '--budget', '30')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--budget: expected a time such as 500ms, 30s, 5m or 1h, got "30"'),
    })
    const args = ['train', 'penguins.csv', '--target', 'Species', '--budget', '1ms', '--out', 'b.json']
    const { stdout } = run(...args, '--report', 'b.html')
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/no time was left for Species: /)
    expect(read('b.html')).toContain('wasmprop verify b.json penguins.csv')
    expect(run('verify', 'b.json', 'penguins.csv')).toMatchObject({ status: 0 })
  })
})

describe('completion', () => {
  const words = (...args: string[]) =>
    run('__complete', ...args)
      .stdout.split('\n')
      .map((line) => line.split('\t')[0])

  it('proposes commands, options and their values', () => {
    expect(words('tr')).toEqual(['train', ''])
    expect(words('train', 'x.csv', '--rep')).toEqual(['--report', ''])
    expect(words('train', '--effort', '')).toEqual(['quick', 'standard', 'thorough', ''])
    expect(words('train', 'peng')).toEqual([''])
    expect(words('nonsense', '')).toEqual([''])
  })

  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', (shell) => {
    expect(run('completion', shell)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('wasmprop __complete'),
    })
  })

  it('refuses another shell', () => {
    expect(run('completion', 'tcsh')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('SHELL: expected bash, zsh, fish, got "tcsh"'),
    })
  })

  whenThere(existsSync('/bin/bash'), '/bin/bash', 'works in bash', () => {
    const script = `
      wasmprop() { "$NODE" "$CLI" "$@"; }
      source <(wasmprop completion bash)
      COMP_WORDS=(wasmprop train x.csv --eff) COMP_CWORD=3
      _wasmprop
      echo "\${COMPREPLY[@]}"`
    const { stdout } = spawnSync('/bin/bash', ['-c', script], {
      encoding: 'utf8',
      env: { ...environment, NODE: process.execPath, CLI },
    })
    expect(stdout).toBe('--effort\n')
  })
})

describe('a command that is printed', () => {
  whenThere(existsSync('/bin/sh'), '/bin/sh', 'is one word of a shell for whatever is in a name', () => {
    for (const text of HOSTILE.filter(
      (each) => !each.includes('\u0000') && each.length < 20_000 && each !== '\ud800',
    )) {
      const { stdout } = spawnSync('/bin/sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })
      expect(stdout).toBe(text)
    }
    expect(shellWord('penguins.csv')).toBe('penguins.csv')
  })
})
