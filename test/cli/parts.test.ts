// What the command is made of, without starting it: options, lines, files, Ctrl-C and the words of a model.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { summarize } from '../../src/cli/bench/measure.ts'
import { sampleLosses } from '../../src/cli/chart.ts'
import { integer } from '../../src/cli/flags.ts'
import { interruptible, listenForInterrupts } from '../../src/cli/interrupt.ts'
import { writeWhole } from '../../src/cli/tables/files.ts'
import { readOptionsOf } from '../../src/cli/tables/reading.ts'
import { modelLines } from '../../src/cli/tables/words.ts'
import { paragraph } from '../../src/cli/terminal.ts'

describe('the command', () => {
  it('takes both ends of a range', () => {
    const { parse } = integer(1, 9, { brief: '' }) as unknown as { parse: (text: string) => number }
    expect([parse('1'), parse('9')]).toEqual([1, 9])
    for (const text of ['0', '10', '1.5', '']) expect(() => parse(text)).toThrow('an integer from 1 to 9')
  })

  it('breaks lines by what is seen of them', () => {
    expect(paragraph('\u001b[1mone\u001b[0m two three', 7)).toEqual(['\u001b[1mone\u001b[0m two', 'three'])
  })

  it('leaves nothing behind of a file that cannot be written', () => {
    const folder = mkdtempSync(join(tmpdir(), 'wasmprop-parts-'))
    try {
      mkdirSync(join(folder, 'taken'))
      expect(() => writeWhole(join(folder, 'taken'), 'text')).toThrow('cannot be written')
      expect(readdirSync(folder)).toEqual(['taken'])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each([
    ['rows.jsonl', 'jsonl'],
    ['rows.ndjson.gz', 'jsonl'],
    ['rows.json', undefined],
  ])('reads %s as its name says', (path, format) => {
    expect(readOptionsOf(path, {} as never).format).toBe(format)
  })

  it('shows one loss as one point', () => {
    expect(sampleLosses([0.5], 10)).toEqual([{ epoch: 1, loss: 0.5 }])
    expect(sampleLosses([3, 2, 1], 2)).toEqual([
      { epoch: 1, loss: 3 },
      { epoch: 3, loss: 1 },
    ])
  })

  it('gives intervals of a median by ranks', () => {
    const { median, low, high } = summarize([Array.from({ length: 25 }, (_, i) => i)])
    expect([low, median, high]).toEqual([6, 12, 18])
  })

  it('names no member that has no part in a model', () => {
    const members = [
      { name: 'linear', weight: 1 },
      { name: 'network', weight: 0 },
    ]
    const model = { report: { targets: [] }, choices: { members, left: [], folds: [3] } }
    const lines = modelLines(model as never).join(' ')
    expect(lines).toContain('100 % linear')
    expect(lines).not.toContain('network,')
    expect(lines).not.toContain('0 % network')
  })

  it('aborts at the first Ctrl-C, and ends at the second', async () => {
    const others = new Set(process.listeners('SIGINT'))
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never)
    listenForInterrupts()
    const own = process.listeners('SIGINT').find((listener) => !others.has(listener)) as () => void
    try {
      const act = async (signal: AbortSignal) => {
        own()
        expect([signal.aborted, exit.mock.calls.length]).toEqual([true, 0])
        exit.mockImplementation((() => {
          throw new Error('ended')
        }) as never)
        expect(own).toThrow('ended')
      }
      await interruptible(act)
      expect(exit).toHaveBeenCalledExactlyOnceWith(130)
    } finally {
      process.removeListener('SIGINT', own)
      exit.mockRestore()
    }
  })
})
