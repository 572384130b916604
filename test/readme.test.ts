// The examples of README.md and of docstrings, run as pasted into a file, with the output that stands below them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

// Inside the package: there `wasmprop` means the package itself, as it does in an app that has installed it.
const folder = mkdtempSync(join(import.meta.dirname, '..', 'build', 'readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
/** Docstrings, without what stands before their lines */
const docstrings = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
  .map((source) => source.replace(/^ *\* ?/gm, ''))
  .join('\n')

const examplesIn = (text: string) => [...text.matchAll(/```js\n([\s\S]*?)```\n\n?```text\n([\s\S]*?)```/g)]

describe.each([
  ['README', readme, 2],
  ['docstrings', docstrings, 1],
])('%s', (source, text, least) => {
  const examples = examplesIn(text)

  it('has an output below every example', () => {
    expect(examples.length).toBe(text.match(/```js\n/g)?.length)
    expect(examples.length).toBeGreaterThanOrEqual(least)
  })

  it.each(examples.map(([, code, output], index) => [index + 1, code, output] as const))(
    'prints what it says in example %i',
    (index, code, output) => {
      const file = join(folder, `${source}-${index}.mjs`)
      writeFileSync(file, code)
      expect(execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' })).toBe(output)
    },
  )
})
