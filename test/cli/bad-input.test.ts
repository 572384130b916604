// The collected cases of bad tables and bad command lines: each does what the collection says that it should, by the rules that
// the documentation states. Of files: trained on and predicted, as a program does it and as the command does.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WasmpropError } from '../../src/errors.ts'
import { readTable, trainTable } from '../../src/table/index.ts'
import { type Answer, callCommand } from '../support/command.ts'

interface Case {
  readonly id: string
  readonly area: 'csv' | 'cli'
  readonly expect: 'ok' | 'error' | 'ok_or_error' | 'error_or_documented' | 'documented'
  /** An error says one of each list. */
  readonly message_should_name: readonly (readonly string[])[]
  readonly file: string
  readonly how: string
  readonly expected_rows?: readonly (readonly number[])[]
}

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tables/bad/${name}`, import.meta.url))
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(fixture('cases.json'), 'utf8'))
const csv = cases.filter(({ area, id }) => area === 'csv' && id !== 'csv-predict_extra_column')
const prototypeKeys = Reflect.ownKeys(Object.prototype)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmprop-bad-'))
  writeFileSync(join(folder, 'four.csv'), `a,b,c,d,y\n${'1,2,3,4,0.5\n2,1,4,3,0.7\n5,3,1,2,0.1\n'.repeat(4)}`)
  writeFileSync(join(folder, 'two.csv'), 'a,b\n1,2\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(...args: string[]): Answer {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: 'utf8' })
  return { status, stdout, stderr }
}

function expectNamed(message: string, { message_should_name }: Case): void {
  for (const words of message_should_name) {
    const isNamed = words.some((word) => message.toLowerCase().includes(word.toLowerCase()))
    expect(isNamed, `${message} should name ${words.join(' or ')}`).toBe(true)
  }
}

/** Of a message on standard error: a line or two, and no stack */
function expectRefusal({ status, stdout, stderr }: Answer, one: Case): void {
  expect([status === 0, stdout]).toEqual([false, ''])
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2)
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+/)
  expectNamed(stderr, one)
}

describe('tables', () => {
  it.each(csv)('$id: $expect', async (one) => {
    const bytes = readFileSync(fixture(one.file))
    const target = one.id === 'csv-class_gap' ? 'class' : 'y'
    const train = async () => {
      const task = target === 'class' ? ({ task: 'classification' } as const) : {}
      const model = await trainTable(bytes, { target, ...task, effort: 'quick', train: { epochs: 10 } })
      const { columns, rows } = await readTable(bytes)
      const records = Array.from({ length: rows }, (_, row) =>
        Object.fromEntries([...columns].map(([name, { values }]) => [name, values[row]])),
      )
      const predictions = model.predict(records).map(Number)
      const weights = model.networks.map((network) => network.weightsHash())
      model.dispose()
      return { predictions, weights, table: records.map((record) => Object.values(record)) }
    }
    const outcome = await train().catch((error: unknown) => error)
    expect(Reflect.ownKeys(Object.prototype)).toEqual(prototypeKeys)
    if (outcome instanceof Error) {
      expect(one.expect).not.toBe('ok')
      expect(outcome).toBeInstanceOf(WasmpropError)
      expectNamed(outcome.message, one)
      return
    }
    expect(one.expect).not.toBe('error')
    const { predictions, table } = outcome as Awaited<ReturnType<typeof train>>
    expect(predictions.every(Number.isFinite)).toBe(true)
    if (one.expected_rows !== undefined) expect(table).toEqual(one.expected_rows)
    if (one.id === 'csv-class_gap') expect(predictions.every((label) => [0, 2, 7].includes(label))).toBe(true)
  })

  it('are refused by the command in a line, with their name', async () => {
    for (const one of csv.filter((other) => other.expect === 'error')) {
      const answer = await callCommand(['train', fixture(one.file), '--target', 'y', '--effort', 'quick'], folder)
      expectRefusal(answer, one)
      expect([answer.status, answer.stderr]).toEqual([3, expect.stringContaining(one.file)])
    }
    expect(readdirSync(folder)).toEqual(['four.csv', 'two.csv'])
  }, 240_000)
})

const byId = (id: string) => cases.find((one) => one.id === id) as Case

describe('the command', () => {
  it('cli-no_arguments: says how it is used', () => {
    const { stdout, stderr } = run()
    expect(stdout + stderr).toMatch(/usage/i)
  })

  it('cli-flag_text: names the option and what it got', () => {
    expectRefusal(run('tutorial', '--epochs', 'abc'), byId('cli-flag_text'))
  })

  it('cli-flag_twice: the last one wins', () => {
    const given = (...rates: string[]) => {
      const options = rates.flatMap((rate) => ['--learning-rate', rate])
      const { status, stdout } = run('tutorial', '--epochs', '5', '--json', ...options)
      return { status, predicted: JSON.parse(stdout).predicted }
    }
    expect(given('0.1', '0.2')).toEqual(given('0.2'))
    expect(given('0.2').status).toBe(0)
    expect(given('0.2')).not.toEqual(given('0.1'))
  })

  it('cli-file_unreadable: says that it cannot be read', () => {
    mkdirSync(join(folder, 'data.csv')) // a folder, since the superuser may read every file
    expectRefusal(run('train', 'data.csv', '--target', 'y'), byId('cli-file_unreadable'))
  })

  it('cli-out_folder_absent: is found out before anything is read', () => {
    const answer = run('train', 'absent.csv', '--target', 'y', '--out', 'nowhere/model.json')
    expectRefusal(answer, byId('cli-out_folder_absent'))
    expect(answer.stderr).toMatch(/folder/)
  })

  it('cli-pipe_closed: ends without a word', async () => {
    const child = spawn(process.execPath, [CLI, 'inspect', 'four.csv'], { cwd: folder })
    let words = ''
    child.stderr.on('data', (piece) => {
      words += piece
    })
    child.stdout.destroy()
    await new Promise((resolve) => child.on('close', resolve))
    expect(words).toBe('')
  })

  it('cli-model_data_mismatch: names both numbers of columns', () => {
    expect(run('train', 'four.csv', '--target', 'y', '--effort', 'quick', '--quiet').status).toBe(0)
    expectRefusal(run('predict', 'model.json', 'two.csv'), byId('cli-model_data_mismatch'))
  })

  it('csv-predict_extra_column: is ignored, with a warning that names it', () => {
    writeFileSync(join(folder, 'base.csv'), readFileSync(fixture('base.csv')))
    expect(run('train', 'base.csv', '--target', 'y', '--effort', 'quick', '--quiet', '--out', 'base.json').status).toBe(
      0,
    )
    const { status, stdout, stderr } = run('predict', 'base.json', fixture('predict_extra_column.csv'))
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^y\n[\d.]+\n$/)])
    expect(stderr).toMatch(/column "z".*ignored/)
  })
})
