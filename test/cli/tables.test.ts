// The commands for tables: what they print and write, and what they say of faults.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { CLI, useCommand } from '../support/command.ts'

const fixture = (name: string) =>
  fileURLToPath(new URL(name === 'penguins.csv' ? `../../data/${name}` : `../fixtures/tables/${name}`, import.meta.url))

const command = useCommand('tables')
const { run, call, write } = command
let folder: string
beforeAll(() => {
  folder = command.folder
  copyFileSync(fixture('penguins.csv'), join(folder, 'penguins.csv'))
  expect(run('train', 'penguins.csv', '--target', 'Species', '--effort', 'quick').status).toBe(0)
})

describe('train', () => {
  it('writes a model, tells how good it is on stdout and what is doubtful on stderr', () => {
    const { stdout, stderr, status } = run(
      'train',
      'penguins.csv',
      '--target',
      'Species',
      '--effort',
      'quick',
      '--out',
      'p.json',
    )
    expect(status).toBe(0)
    expect(stdout).toMatch(/Species: classification of 344 rows[\s\S]*accuracy +(1\.000|0\.99)[\s\S]*p\.json written/)
    expect(stderr).toContain('"Region": always the same; left out')
    expect(JSON.parse(readFileSync(join(folder, 'p.json'), 'utf8')).format).toBe('wasmprop-table')
  })

  it('writes over nothing without --force, and the same bits with it', () => {
    const before = readFileSync(join(folder, 'model.json'), 'utf8')
    const refused = run('train', 'penguins.csv', '--target', 'Species', '--effort', 'quick')
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--force')])
    expect(
      run('train', 'penguins.csv', '--target', 'Species', '--effort', 'quick', '--force', '--quiet'),
    ).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(readFileSync(join(folder, 'model.json'), 'utf8')).toBe(before)
  })

  it('finds out that a model could not be written before it trains', () => {
    const { status, stderr } = run('train', 'penguins.csv', '--target', 'Species', '--out', 'absent/model.json')
    expect([status, stderr]).toEqual([2, expect.stringContaining('a folder that exists')])
  })

  it('prints one document with --json', () => {
    const { stdout } = run(
      'train',
      'penguins.csv',
      '--target',
      'Species',
      '--effort',
      'quick',
      '--out',
      'j.json',
      '--json',
    )
    expect(JSON.parse(stdout)).toMatchObject({
      model: 'j.json',
      report: { rows: 344 },
      choices: { effort: 'quick', seed: 0 },
    })
  })

  it.each([
    [['train', 'penguins.csv'], 2, '--target needs a value'],
    [['train'], 2, 'expected FILE'],
    [['train', 'absent.csv', '--target', 'y', '--out', 'x.json'], 2, 'absent.csv: cannot be read'],
    [['train', 'penguins.csv', '--target', 'species', '--out', 'x.json'], 2, 'did you mean "Species"?'],
    [
      ['train', 'penguins.csv', '--target', 'Species', '--out', 'x.json', '--columns', 'Sex=words'],
      2,
      'columns.Sex: expected one of "number"',
    ],
    [
      ['train', fixture('bad/date.csv'), '--target', 'y', '--out', 'x.json'],
      3,
      'date.csv, line 4, column "x1": expected a number, got "2020-01-02"',
    ],
    [
      ['train', fixture('bad/one_column.csv'), '--target', 'y', '--out', 'x.json'],
      3,
      'one_column.csv, columns: expected a column to learn from',
    ],
  ])('%j ends with %i and says so in one line', async (args, code, words) => {
    const { status, stderr, stdout } = await call(...args)
    expect([status, stdout]).toEqual([code, ''])
    expect(stderr).toContain(words)
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
    expect(existsSync(join(folder, 'x.json'))).toBe(false)
  })
})

describe('predict', () => {
  it('prints CSV: the target, and the probability of what is predicted', () => {
    const { stdout } = run('predict', 'model.json', 'penguins.csv')
    const [header, ...lines] = stdout.trim().split('\n')
    expect(header).toBe('Species,probability')
    expect(lines.length).toBe(344)
    expect(lines[0]).toMatch(/^Adelie Penguin \(Pygoscelis adeliae\),(1|0\.\d+)$/)
  })

  it('prints a column per class, and the rows before them, where it is asked to', async () => {
    const [header, first] = (
      await call('predict', 'model.json', 'penguins.csv', '--probabilities', '--with-rows')
    ).stdout.split('\n')
    expect(header).toMatch(/^studyName,.*,Species,.*,Adelie Penguin \(Pygoscelis adeliae\),Chinstrap[^,]*,Gentoo[^,]*$/)
    expect(first).toContain('"Adult, 1 Egg Stage"')
    expect(first).toContain(',2007-11-11,')
    const [beside] = (await call('predict', 'model.json', 'penguins.csv', '--with-rows')).stdout.split('\n')
    expect(beside).toMatch(/^studyName,.*,Species,.*,Species \(predicted\),probability$/)
  })

  it('prints one document with --json', async () => {
    const document = JSON.parse((await call('predict', 'model.json', 'penguins.csv', '--json')).stdout)
    expect(Object.keys(document)).toEqual(['target', 'classes', 'predictions', 'probabilities'])
    expect(document.probabilities[0][document.predictions[0]]).toBeGreaterThan(0.5)
  })

  it('takes JSON, JSON Lines, gzip by its bytes and standard input', async () => {
    const records = [
      { x: 1, y: 'a' },
      { x: 2, y: 'b' },
      { x: 1.5, y: 'a' },
      { x: 3, y: 'b' },
      { x: 0, y: 'a' },
      { x: 4, y: 'b' },
    ]
    write('r.json', JSON.stringify(records))
    write('r.jsonl', records.map((record) => JSON.stringify(record)).join('\n'))
    run('train', 'r.json', '--target', 'y', '--effort', 'quick', '--out', 'r.model')
    const expected = (await call('predict', 'r.model', 'r.json')).stdout
    expect(expected.split('\n').length).toBe(8)
    expect((await call('predict', 'r.model', 'r.jsonl')).stdout).toBe(expected)
    const piped = spawnSync(process.execPath, [CLI, 'predict', 'r.model', '-'], {
      cwd: folder,
      encoding: 'utf8',
      input: 'x\n1\n2\n1.5\n3\n0\n4\n',
    })
    expect(piped.stdout).toBe(expected)
  })

  it('neutralises what a spreadsheet would take for a formula, unless it is told not to', async () => {
    const rows = Array.from({ length: 30 }, (_, i) =>
      `${i % 7},${i % 7 > 3 ? '=HYPERLINK("x")' : '-5'}`.replace('"x"', '""x""'),
    )
    write('f.csv', `x,label\n${rows.map((row) => row.replace(/,(.*)$/, ',"$1"')).join('\n')}\n`)
    run('train', 'f.csv', '--target', 'label', '--effort', 'quick', '--out', 'f.model')
    const { stdout } = await call('predict', 'f.model', 'f.csv')
    expect(stdout).toContain(`"'=HYPERLINK(""x"")"`)
    expect(stdout).toContain('\n-5,')
    expect((await call('predict', 'f.model', 'f.csv', '--raw')).stdout).toContain('"=HYPERLINK(""x"")"')
  })

  it('says which column is ignored, and which is not there', async () => {
    write('few.csv', 'a,b\n1,2\n')
    expect(await call('predict', 'model.json', 'few.csv')).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('few.csv, column "'),
    })
    const text = readFileSync(join(folder, 'penguins.csv'), 'utf8').trimEnd()
    write(
      'more.csv',
      text
        .split('\n')
        .map((line, row) => (row === 0 ? `${line},z` : `${line},7`))
        .join('\n'),
    )
    expect((await call('predict', 'model.json', 'more.csv')).stderr).toContain('column "z"')
  })

  it('says what is no model', async () => {
    write('no.json', '{"format": "another"}')
    expect(await call('predict', 'no.json', 'penguins.csv')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('no.json, format'),
    })
  })
})

describe('explain', () => {
  it('shows what each column adds to the prediction of a row, from the mean to the prediction', async () => {
    const { stdout } = await call('explain', 'model.json', 'penguins.csv', '--row', '2')
    expect(stdout).toMatch(/^Species: Adelie Penguin \(Pygoscelis adeliae\), probability (1\.000|0\.\d+)/)
    expect(stdout).toMatch(/Culmen Length \(mm\) +39\.5 +[+-]?\d/)
    const { columns, base, prediction } = JSON.parse(
      (await call('explain', 'model.json', 'penguins.csv', '--row', '2', '--json')).stdout,
    )
    const sum = columns.reduce(
      (total: number, { contribution }: { contribution: number }) => total + contribution,
      base,
    )
    expect(sum).toBeCloseTo(prediction, 9)
    expect(await call('explain', 'model.json', 'penguins.csv', '--row', '9999')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('1 to 344'),
    })
  })
})

describe('evaluate and inspect', () => {
  it('score a model on rows whose target is known', async () => {
    expect(run('evaluate', 'model.json', 'penguins.csv').stdout).toMatch(
      /Species\n +rows +344\n +accuracy +(1\.000|0\.99\d*)\n/,
    )
    expect(
      JSON.parse((await call('evaluate', 'model.json', 'penguins.csv', '--json')).stdout).accuracy,
    ).toBeGreaterThan(0.97)
  })

  it('show the columns of a table and how it is written, and what a model is', async () => {
    const { stdout } = await call('inspect', fixture('sacramento__semicolon.csv'))
    expect(stdout).toContain("--delimiter ';'")
    expect(stdout).toMatch(/zip +category +by its name/)
    expect((await call('inspect', 'model.json')).stdout).toMatch(
      /^Species: classification of 344 rows from 13 columns\n +model +linear +baseline\n/,
    )
  })
})
