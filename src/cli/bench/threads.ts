// Trainees in threads of Node. A thread of its own means an isolate of its own: compiled code of one never meets the types
// of another, and a WebAssembly memory that grows does not slow the typed arrays of plain JavaScript (once any buffer has
// been detached, V8 checks for that at every access in the isolate; 15 % of the tutorial's loop).
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Variant } from './measure.ts'
import type { Result, TraineeOptions } from './trainees.ts'

export interface ThreadVariant extends Variant {
  sample(calls: number): Promise<number>
  result(): Promise<Result>
  stop(): Promise<unknown>
}

export async function inThread(name: string, options: TraineeOptions): Promise<ThreadVariant> {
  // Beside the command in dist/; in the repository the benches' copy of this file lies in build/.
  const worker = new Worker(new URL('../dist/bench-thread.js', import.meta.url), { workerData: options })
  const [work] = await once(worker, 'message')
  const ask = async (question?: number) => {
    worker.postMessage(question)
    const [answer] = await once(worker, 'message')
    return answer
  }
  return { name, work, sample: ask, result: () => ask(), stop: () => worker.terminate() }
}

/** One call in a thread that ends with it */
export async function trainOnce(options: TraineeOptions): Promise<Result> {
  const variant = await inThread('', options)
  await variant.sample(1)
  const result = await variant.result()
  await variant.stop()
  return result
}
