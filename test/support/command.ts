// The command in a folder of its own, as tests of it run it: in a process, which takes a fifth of a second, or called in this one.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, vi } from 'vitest'

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
export const environment = { ...process.env, NO_COLOR: '1' }

export interface Answer {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * What the sources of the command answer in this process: for what is refused, read or predicted. Processes show that dist/ is whole,
 * and what streams, signals, terminals and threads do.
 */
export async function callCommand(args: readonly string[], folder = process.cwd()): Promise<Answer> {
  const { runCommand } = await import('../../src/cli/application.ts')
  const said = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += typeof text === 'string' ? text : Buffer.from(text).toString()
      return true
    }),
  )
  const { exitCode } = process
  const left = process.cwd()
  process.chdir(folder)
  try {
    const code = await runCommand(args[0] === 'help' ? [...args.slice(1), '--help'] : args)
    return { status: code || Number(process.exitCode ?? 0), ...said }
  } finally {
    for (const spy of spies) spy.mockRestore()
    process.chdir(left)
    process.exitCode = exitCode
  }
}

export interface Command {
  /** The folder, while tests run */
  readonly folder: string
  run(...args: string[]): Answer
  /** The same with more in its environment */
  runWith(more: Record<string, string>, ...args: string[]): Answer
  /** By `callCommand` */
  call(...args: string[]): Promise<Answer>
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
    call: (...args) => callCommand(args, folder),
    write(file, content) {
      writeFileSync(join(folder, file), content)
      return file
    },
    read: (file) => readFileSync(join(folder, file), 'utf8'),
  }
}
