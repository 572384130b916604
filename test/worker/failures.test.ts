// How the end of a worker and its failures are heard, and how one is started again: by workers that fail as they are told.
import { EventEmitter } from 'node:events'
import workerThreads, { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { WasmpropError } from '../../src/errors.ts'
import { givenWorker, RunningWorker } from '../../src/hosts/running-worker.ts'
import { hearFailures } from '../../src/hosts/worker.ts'
import { SMALL } from '../support/networks.ts'

/** As one of Node, with what was posted to it */
class FakeWorker extends EventEmitter {
  readonly posted: unknown[] = []

  postMessage(message: unknown): void {
    this.posted.push(message)
  }
}

describe('a worker of Node', () => {
  it.each([
    [true, 'error', new Error('gone'), 'error: the worker has failed: gone'],
    [true, 'messageerror', new Error('odd'), 'end: a message could not be read'],
    [true, 'exit', 3, 'end: the worker has ended with exit code 3'],
    [false, 'messageerror', new Error('odd'), 'end: a message could not be read'],
    [false, 'exit', 0, 'end: the worker has ended with exit code 0'],
  ])('that is ours: %s, tells of %s', (isOurs, event, value, expected) => {
    const heard: string[] = []
    const worker = new FakeWorker()
    hearFailures(worker, isOurs, {
      end: (reason) => heard.push(`end: ${reason}`),
      error: (reason) => heard.push(`error: ${reason}`),
    })
    worker.emit(event, value)
    expect(heard).toEqual([expected])
  })

  it('that was given and could not be greeted is greeted again', async () => {
    const worker = new FakeWorker()
    const first = givenWorker(worker)
    expect(givenWorker(worker)).toBe(first)
    worker.emit('messageerror', new Error('odd'))
    await expect(first.ready).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    const second = givenWorker(worker)
    expect(second).not.toBe(first)
    expect(worker.posted).toHaveLength(2)
    second.ready.catch(() => {})
    worker.emit('exit', 0)
  })
})

describe("the library's own worker", () => {
  afterEach(() => {
    workerThreads.Worker = Worker
  })

  it('is looked for everywhere again where it no longer starts from where it did', async () => {
    const { href } = new URL('../../dist/worker.js', import.meta.url)
    const { createNetwork }: typeof import('../../src/worker/client.ts') = await import(href)
    await (await createNetwork(SMALL)).dispose()
    const refuse = (isRefused: (url: URL) => boolean) => {
      workerThreads.Worker = class extends Worker {
        constructor(url: URL, options: object) {
          if (isRefused(url)) throw new Error('refused')
          super(url, options)
        }
      } as typeof Worker
    }
    refuse(() => true)
    await expect(createNetwork(SMALL)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    refuse(({ protocol }) => protocol === 'file:')
    await (await createNetwork(SMALL)).dispose()
  })
})

describe('what a worker cannot load', () => {
  afterEach(() => {
    vi.doUnmock('../../src/many/worker.ts')
    vi.resetModules()
  })

  it('is told to who asked for it, and to nobody else', async () => {
    vi.doMock('../../src/many/worker.ts', () => {
      throw new Error('404')
    })
    const { accept } = await import('../../src/worker/accept.ts')
    const running = new RunningWorker({ postMessage: accept }, false)
    await running.ready
    const { port1, port2 } = new MessageChannel()
    const told: string[] = []
    const reason = await new Promise<WasmpropError>((resolve) => {
      running.add({ fail: ({ message }) => told.push(message) })
      running.open('many', port2, { fail: resolve })
      running.add({ fail: ({ message }) => told.push(message) })
    })
    expect(reason.message).toMatch(/^the worker could not load what it was asked for: /)
    expect(told).toEqual([])
    port1.close()
    running.end()
  })
})
