// The programs in examples/: each prints what stands at its end.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const folder = join(import.meta.dirname, '..', 'examples')
const examples = readdirSync(folder).filter((file) => file.endsWith('.mjs'))

it.each(examples)('%s prints what it says', (file) => {
  const [, output] = readFileSync(join(folder, file), 'utf8').split('\n// Prints\n')
  const expected = output.replaceAll(/^\/\/ ?/gm, '')
  expect(expected.trim()).not.toBe('')
  expect(execFileSync(process.execPath, [join(folder, file)], { encoding: 'utf8' })).toBe(expected)
})
