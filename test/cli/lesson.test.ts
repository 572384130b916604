// `wasmprop tutorial --check` and `wasmprop worksheet`, as a user runs them.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorksheet } from '../../src/analysis/worksheet/worksheet.ts'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasmprop-lesson-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const wasmprop = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })

describe('wasmprop tutorial --check', () => {
  it('says right, and how exactly', async () => {
    const { code, stdout } = await wasmprop('tutorial', '--check', 'w5=0.3589')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'right: w5 is right: rounded to 4 digits.\n' })
  })

  it('names the slip, and where to look', async () => {
    const { code, stdout } = await wasmprop('tutorial', '--check', 'w1=0.14982')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^not yet: w1 .*the new w5 … w8 were used.*\.\n.*--explain all\n$/)
  })

  it('prints JSON', async () => {
    const { stdout } = await wasmprop('tutorial', '--check', 'net_h1=0,0275', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'tutorial',
      check: { quantity: 'net h1', written: 0.0275, exact: 0.3775, verdict: 'slip', slips: [{ code: 'biasLeftOut' }] },
    })
  })

  it.each([
    [
      ['--check', 'w5'],
      2,
      '--check: expected a quantity and your number, such as w5=0.3589 or net_h1=0.3775, got "w5"',
    ],
    [['--check', 'w5=1=2'], 2, 'got "w5=1=2"'],
    [['--check', 'w55=1'], 3, 'quantity: expected one such as net h1'],
    [['--check', 'w5=x'], 3, 'number: expected a number such as 0.3589, got "x"'],
    [['--check', 'w5=1', '--epochs', '3'], 2, '--epochs does not go with --check, whose network is given'],
  ])('refuses %j', async (args, code, message) => {
    const { stderr, ...run } = await wasmprop('tutorial', ...args)
    expect(run).toEqual({ code, stdout: '' })
    expect(stderr).toContain(message)
  })
})

describe('wasmprop worksheet', () => {
  it('writes the sheet, its key and Moodle XML', async () => {
    const { code, stdout } = await wasmprop('worksheet', '--seed', '7')
    expect(code).toBe(0)
    expect(readdirSync(folder).sort()).toEqual(['worksheet-7-key.html', 'worksheet-7-moodle.xml', 'worksheet-7.html'])
    for (const name of readdirSync(folder)) expect(stdout).toContain(name)
    const sheet = createWorksheet({ seed: 7 })
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    expect(read('worksheet-7.html')).toBe(sheet.toHTML())
    expect(read('worksheet-7-key.html')).toBe(sheet.keyToHTML())
    expect(read('worksheet-7-moodle.xml')).toBe(sheet.toMoodle())
  })

  it('writes over nothing unless it is told to, and then nothing in part', async () => {
    writeFileSync(join(folder, 'worksheet-1-key.html'), 'mine')
    const { code, stderr } = await wasmprop('worksheet')
    expect(code).toBe(2)
    expect(stderr).toContain('worksheet-1-key.html is there already; --force writes over it')
    expect(readdirSync(folder)).toEqual(['worksheet-1-key.html'])
    expect((await wasmprop('worksheet', '--force', '--json')).code).toBe(0)
    expect(readFileSync(join(folder, 'worksheet-1-key.html'), 'utf8')).toContain('Key to sheet 1')
  })

  it('refuses a folder that there is not', async () => {
    const { code, stderr } = await wasmprop('worksheet', '--out', 'nowhere')
    expect(code).toBe(2)
    expect(stderr).toContain('expected a folder that exists')
  })
})
