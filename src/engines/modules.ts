// The builds of the WebAssembly: each is embedded in a module of its own, which is loaded and compiled when a network first
// asks for it. With `wasmprop.wasm` users bring one for both dtypes.

import { loadPart } from '../hosts/load.ts'

export type BuildName = 'float32' | 'float64' | 'relaxed' | 'threads' | 'lanes'

/** What one thread passes on to another */
export type Modules = { readonly [Name in BuildName]?: WebAssembly.Module }

const hexadecimals: Readonly<Record<BuildName, () => Promise<{ readonly default: string }>>> = {
  float32: () => import('../generated/wasm-float32.ts'),
  float64: () => import('../generated/wasm-float64.ts'),
  relaxed: () => import('../generated/wasm-relaxed.ts'),
  threads: () => import('../generated/wasm-threads.ts'),
  lanes: () => import('../generated/wasm-lanes.ts'),
}
const compiled = new Map<BuildName, Promise<WebAssembly.Module>>()

/** The module of a build, compiled by the first call; by another one where it failed. Rejects where the host forbids it. */
export function compileBuild(name: BuildName): Promise<WebAssembly.Module> {
  let module = compiled.get(name)
  if (module === undefined) {
    module = compile(name)
    compiled.set(name, module)
    module.catch(() => compiled.delete(name))
  }
  return module
}

async function compile(name: BuildName): Promise<WebAssembly.Module> {
  return WebAssembly.compile(decode((await loadPart(hexadecimals[name]())).default))
}

/** A build whose text is at hand, compiled at once. Throws where the host forbids it, as old browsers do outside of workers. */
export function compileNow(hexadecimal: string): WebAssembly.Module {
  return new WebAssembly.Module(decode(hexadecimal))
}

/** Takes modules that another thread has compiled: a worker then needs neither their bytes nor the time. */
export function adoptModules(modules: Modules): void {
  for (const [name, module] of Object.entries(modules) as [BuildName, WebAssembly.Module][]) {
    if (!compiled.has(name)) compiled.set(name, Promise.resolve(module))
  }
}

function decode(hexadecimal: string): BufferSource {
  // Node, Bun and Deno do natively what takes a cold loop 3 ms.
  const { Buffer } = globalThis as { Buffer?: { from(text: string, encoding: string): BufferSource } }
  if (Buffer) return Buffer.from(hexadecimal, 'hex')
  const bytes = new Uint8Array(hexadecimal.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = digit(hexadecimal.charCodeAt(2 * i)) * 16 + digit(hexadecimal.charCodeAt(2 * i + 1))
  }
  return bytes
}

/** The value of a character 0 … 9, a … f: codes 48 … 57 and 97 … 102 */
function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87
}
