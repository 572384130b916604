// Trainees in processes of Node, one each: compiled code of one never meets the types of another, a WebAssembly memory that
// grows does not slow the typed arrays of plain JavaScript (once any buffer has been detached, V8 checks for that at every
// access in the isolate; 15 % of the tutorial's loop), and no collection of one's garbage stops another.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Variant } from './measure.ts'
import type { Result, TraineeOptions } from './trainees.ts'

export interface ProcessVariant extends Variant {
  sample(calls: number): Promise<number>
  result(): Promise<Result>
  stop(): Promise<void>
}

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Starts a process with one trainee; whatever is asked of it rejects once it has died. */
export async function inChild(name: string, options: TraineeOptions): Promise<ProcessVariant> {
  // Beside the command in dist/; in the repository the benches' copy of this file lies in build/.
  const file = new URL('../dist/bench-process.js', import.meta.url)
  const child = fork(file, [JSON.stringify(options)], { serialization: 'advanced' })
  children.add(child)
  const exit = once(child, 'exit').finally(() => children.delete(child))
  const { workload } = options
  const on = typeof workload === 'string' ? workload : workload.what
  const death = exit.then(([code, signal]) => {
    throw new Error(`the process of ${name} on ${on} has ended (${signal ?? `exit code ${code}`})`)
  })
  death.catch(() => {}) // heard where an answer is awaited
  const answer = async () => (await Promise.race([once(child, 'message'), death]))[0]
  const ask = (question: number | 'result') => {
    child.send(question, () => {})
    return answer()
  }
  const stop = async () => {
    child.kill('SIGKILL')
    await exit
  }
  return { name, work: await answer(), sample: ask, result: () => ask('result'), stop }
}

/** One call in a process that ends with it */
export async function trainOnce(options: TraineeOptions): Promise<Result> {
  const variant = await inChild(`${options.contestant} ${options.dtype}`, options)
  await variant.sample(1)
  const result = await variant.result()
  await variant.stop()
  return result
}
