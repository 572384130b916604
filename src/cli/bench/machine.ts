// Where a bench ran and what was benched, so that a figure can be placed.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

export interface Machine {
  readonly machine: string
  readonly processors: number
  readonly platform: string
  readonly node: string
  readonly v8: string
  /** Given to Node, and so to the processes of the variants */
  readonly flags: readonly string[]
  readonly version: string
  /** In the repository */
  readonly commit?: string
  readonly date: string
}

export function describeMachine(): Machine {
  const processors = cpus()
  return {
    machine: processors[0]?.model.trim() ?? 'unknown processor',
    processors: processors.length,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    flags: [...process.execArgv, ...(process.env.NODE_OPTIONS?.split(' ') ?? [])],
    version: version(),
    commit: commit(),
    date: new Date().toISOString().slice(0, 10),
  }
}

/** In one line */
export function machineText({
  machine,
  processors,
  platform,
  node,
  v8,
  flags,
  version,
  commit,
  date,
}: Machine): string {
  const host = `Node ${node} (V8 ${v8})${flags.map((flag) => ` ${flag}`).join('')}`
  const what = `wasmprop ${version}${commit === undefined ? '' : ` (${commit})`}`
  return [machine, `${processors} processors`, platform, host, what, date].join(', ')
}

/** The package, from dist/ as from build/ */
const root = new URL('../', import.meta.url)

export function version(): string {
  return JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version
}

/** Not that of whatever repository the package is installed in */
function commit(): string | undefined {
  if (!existsSync(new URL('.git', root))) return undefined
  try {
    const parameters = ['describe', '--always', '--dirty', '--exclude=*']
    const cwd = fileURLToPath(root)
    return execFileSync('git', parameters, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
