// The command in a folder of its own, as tests of it run it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll } from 'vitest'

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
export const environment = { ...process.env, NO_COLOR: '1' }

export interface Command {
  /** The folder, while tests run */
  readonly folder: string
  run(...args: string[]): { status: number | null; stdout: string; stderr: string }
  /** The same with more in its environment */
  runWith(more: Record<string, string>, ...args: string[]): { status: number | null; stdout: string; stderr: string }
  /** Writes a file into the folder, and gives its name. */
  write(name: string, content: string | Uint8Array): string
  read(name: string): string
}

/** Makes the folder before the tests of the file that calls it, and removes it after them. */
export function useCommand(name: string): Command {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `wasmprop-${name}-`))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const runWith: Command['runWith'] = (more, ...args) =>
    spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: 'utf8', env: { ...environment, ...more } })
  return {
    get folder() {
      return folder
    },
    run: (...args) => runWith({}, ...args),
    runWith,
    write(file, content) {
      writeFileSync(join(folder, file), content)
      return file
    },
    read: (file) => readFileSync(join(folder, file), 'utf8'),
  }
}
