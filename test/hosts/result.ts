import { expect } from 'vitest'

/** What pages/scenario.js returns */
export interface Result {
  hash: string
  engine: string
  worker: string
  threads: { hash: string; count: number; reason?: string }
  many: { hashes: string[]; reason?: string }
}

/** The same bits in the page, in a worker, on two threads and in `trainMany` over threads, none of which failed */
export function expectWorking(result: Result, hash: string): void {
  expect(result).toEqual({
    hash,
    engine: 'wasm',
    worker: hash,
    threads: { hash, count: 2 },
    many: { hashes: [hash] },
  })
}
