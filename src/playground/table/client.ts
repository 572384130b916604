// The page's end of the worker that reads tables. It is started when the first table comes.
import { trustedScript } from '../trusted.ts'
import type { FromTable, RequestName, Requests } from './messages.ts'
import address from './worker.ts?worker&url'

type Progress = (stage: string, fraction: number) => void

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
  readonly onProgress?: Progress
}

let worker: Worker | undefined
const waiting = new Map<number, Waiting>()
let lastId = 0

function start(): Worker {
  const started = new Worker(trustedScript(address), { type: 'module' })
  started.onmessage = ({ data }: MessageEvent<FromTable>) => {
    const caller = waiting.get(data.id)
    if (data.kind === 'progress') return caller?.onProgress?.(data.stage, data.fraction)
    waiting.delete(data.id)
    if (data.kind === 'result') caller?.resolve(data.value)
    else caller?.reject(new Error(data.message))
  }
  started.onerror = ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message || 'the worker that reads tables has failed'))
    waiting.clear()
    worker = undefined
  }
  return started
}

export function ask<Name extends RequestName>(
  name: Name,
  args: Requests[Name]['args'],
  onProgress?: Progress,
): Promise<Requests[Name]['result']> {
  worker ??= start()
  const id = ++lastId
  const answered = new Promise<Requests[Name]['result']>((resolve, reject) => {
    waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, onProgress })
  })
  worker.postMessage({ id, name, args })
  return answered
}

/** Ends what runs: a training that nobody waits for any more. The next call starts anew. */
export function stopTables(): void {
  worker?.terminate()
  worker = undefined
  for (const { reject } of waiting.values()) reject(new Error('stopped'))
  waiting.clear()
}
