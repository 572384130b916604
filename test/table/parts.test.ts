// The parts that bench/tables/ablation.mjs leaves out are in the sources, as it thinks they are.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

const { href } = new URL('../../bench/tables/parts.mjs', import.meta.url)
const { parts } = (await import(/* @vite-ignore */ href)) as { parts: { edits?: Edit[] }[] }
const edits: Edit[] = parts.flatMap(({ edits = [] }) => edits)

describe('a part of the recipe', () => {
  it.each(edits)('of $file is where it is left out: $from', ({ file, from, to }) => {
    expect(readFileSync(file, 'utf8').split(from).length).toBe(2)
    expect(to).not.toBe(from)
  })
})
