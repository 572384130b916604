import { describe, expect, it } from 'vitest'
import { useCommand } from '../support/command.ts'

const command = useCommand('reading')
const { run, call, write } = command

async function schemaOf(...args: string[]): Promise<Record<string, string>> {
  const { stdout, stderr, status } = await call('inspect', ...args, '--json')
  expect(status, stderr).toBe(0)
  const { schema } = JSON.parse(stdout)
  return Object.fromEntries(schema.map(({ name, kind }: { name: string; kind: string }) => [name, kind]))
}

describe('options of reading', () => {
  it('say delimiter, decimal comma and header', async () => {
    const file = write(
      'a.csv',
      `${Array.from({ length: 30 }, (_, row) => `${(row * 3) % 13},5;${(row * 7) % 11}`).join('\n')}\n`,
    )
    expect(await schemaOf(file, '--delimiter', ';', '--decimal', ',', '--no-header')).toEqual({
      column1: 'number',
      column2: 'number',
    })
    expect(Object.keys(await schemaOf(file, '--delimiter', ';', '--header'))).toEqual(['0', '0,5'])
  })

  it('say words for no value, one after another or with commas', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => (row === 7 ? 'gone' : row === 9 ? 'lost' : String(row / 4)))
    const file = write('m.csv', `x,y\n${rows.map((cell, row) => `${cell},${row % 3}`).join('\n')}\n`)
    const { status, stderr } = await call('inspect', file)
    expect(status).toBe(3)
    expect(stderr).toContain('m.csv, line 9, column "x": expected a number, got "gone"')
    expect(stderr.match(/m\.csv/g)).toHaveLength(1)
    expect(stderr).toContain('--missing')
    expect((await schemaOf(file, '--missing', 'gone,lost')).x).toBe('number')
    expect((await schemaOf(file, '--missing', 'gone', '--missing', 'lost')).x).toBe('number')
  })

  it('say kinds of columns by a schema, which --columns corrects', async () => {
    const rows = Array.from({ length: 60 }, (_, row) => `${1000 + (row % 5)},${row / 8},${'ab'[row % 2]}`)
    const file = write('s.csv', `code,x,y\n${rows.join('\n')}\n`)
    write('schema.json', (await call('inspect', file, '--json')).stdout)
    const args = ['--target', 'y', '--effort', 'quick', '--schema', 'schema.json', '--columns', 'code=category']
    const { status, stdout, stderr } = run('train', file, ...args, '--json')
    expect(status, stderr).toBe(0)
    const { schema } = JSON.parse(stdout)
    expect(schema.map(({ kind }: { kind: string }) => kind)).toEqual(['category', 'number', 'category'])
    expect(await call('train', file, '--target', 'y', '--schema', 'absent.json', '--force')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--schema: absent.json: cannot be read'),
    })
  })

  it('are refused where they say what cannot be, in two lines', async () => {
    const file = write('t.csv', 'a,b\n1,2\n3,4\n')
    for (const [args, words] of [
      [['--delimiter', 'ab'], 'delimiter'],
      [['--decimal', ':'], '--decimal: expected . or ,'],
      [['--encoding', 'utf-99'], 'utf-99'],
      [['--skip', '-1'], '--skip: expected an integer from 0'],
    ] as const) {
      const { status, stderr } = await call('inspect', file, ...args)
      expect([status, stderr]).toEqual([2, expect.stringContaining(words)])
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
    }
  })
})
