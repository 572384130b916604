// Counts work, and what still lives, instead of time and bytes, which depend on the machine.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, vi } from 'vitest'

/** The same list, and how often an element of it has been read */
export function countReads<Element>(list: Element[]): { counted: Element[]; reads: () => number } {
  let reads = 0
  const counted = new Proxy(list, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++
      return Reflect.get(target, key, receiver)
    },
  })
  return { counted, reads: () => reads }
}

/** Objects that are watched, without being kept */
export class Watched {
  readonly #references: WeakRef<object>[] = []

  add(...objects: object[]): void {
    for (const object of objects) this.#references.push(new WeakRef(object))
  }

  get living(): number {
    const objects = new Set(this.#references.map((reference) => reference.deref()))
    objects.delete(undefined)
    return objects.size
  }

  /** Collects until no more than so many live, and fails where that never comes. */
  async expectFreed(most = 0): Promise<void> {
    await vi.waitFor(
      () => {
        collect()
        expect(this.living).toBeLessThanOrEqual(most)
      },
      { timeout: 50_000, interval: 1 },
    )
  }
}

function collect(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

/** Bytes of all typed arrays and memories that the action makes by their lengths */
export function countBytes(action: () => void): number {
  let bytes = 0
  const global = globalThis as unknown as Record<string, new (...args: unknown[]) => { byteLength?: number }>
  for (const name of ['ArrayBuffer', 'Uint8Array', 'Uint32Array', 'Float32Array', 'Float64Array']) {
    const construct: ProxyHandler<(typeof global)[string]>['construct'] = (target, args) => {
      const made = new target(...args)
      bytes += made.byteLength ?? 0
      return made
    }
    vi.stubGlobal(name, new Proxy(global[name], { construct }))
  }
  const memories = vi.spyOn(WebAssembly, 'Instance')
  try {
    action()
    expect(memories).not.toHaveBeenCalled()
  } finally {
    memories.mockRestore()
    vi.unstubAllGlobals()
  }
  return bytes
}
