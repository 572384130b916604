// The parts that bench/tables/ablation.mjs leaves out are in the sources, as it thinks they are.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parts } from '../../bench/tables/parts.mjs'

const edits = parts.flatMap(({ edits = [] }: { edits?: { file: string; from: string; to: string }[] }) => edits)

describe('a part of the recipe', () => {
  it.each(edits)('of $file is where it is left out: $from', ({ file, from, to }) => {
    expect(readFileSync(file, 'utf8').split(from).length).toBe(2)
    expect(to).not.toBe(from)
  })
})
