// Processes that tests start: none of them survives the test.
import { type ChildProcess, spawn } from 'node:child_process'

/**
 * A process group of its own, led by a shell that ends the whole group when the browser ends or when its standard input
 * closes: so nothing survives a test process that is killed.
 */
const KEEPER = '{ "$0" "$@" </dev/null; echo "(exit code $?)" >&2; kill -KILL 0; } & read -r _; kill -KILL 0'

export function launch(executable: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  if (process.platform === 'win32') return spawn(executable, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  return spawn('sh', ['-c', KEEPER, executable, ...args], { env, detached: true, stdio: ['pipe', 'ignore', 'pipe'] })
}

export function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (process.platform === 'win32') child.kill()
  else process.kill(-child.pid, 'SIGKILL')
}
