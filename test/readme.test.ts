// The examples of README.md, run as pasted into a file, with the output that stands below them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

// Inside the package: there `wasmprop` means the package itself, as it does in an app that has installed it.
const folder = mkdtempSync(join(import.meta.dirname, '..', 'build', 'readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
const examples = [...readme.matchAll(/```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)]

describe('README', () => {
  it('has an output below every example', () => {
    expect(examples.length).toBe(readme.match(/```js\n/g)?.length)
    expect(examples.length).toBeGreaterThanOrEqual(3)
  })

  it.each(examples.map(([, code, output], index) => [index + 1, code, output] as const))(
    'prints what it says in example %i',
    (index, code, output) => {
      const file = join(folder, `example-${index}.mjs`)
      writeFileSync(file, code)
      expect(execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' })).toBe(output)
    },
  )
})
