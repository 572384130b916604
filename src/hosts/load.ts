import { WasmpropError } from '../errors.ts'
import { wordsOf } from './worker.ts'

/** A part of the library that is loaded on demand. Rejects with ENGINE_UNAVAILABLE where the host forbids `import()`. */
export async function loadPart<Part>(part: Promise<Part>): Promise<Part> {
  try {
    return await part
  } catch (cause) {
    if (cause instanceof WasmpropError) throw cause
    const message = 'expected to load a part of the library by import(), the host refuses it'
    const advice = 'service workers forbid import(): "wasmprop/single" is one file'
    throw new WasmpropError('ENGINE_UNAVAILABLE', `${message} (${wordsOf(cause)}); ${advice}`, { cause })
  }
}

/** Whether the host has refused something, and not the library made a mistake */
export function isRefusal(error: unknown): error is Error {
  return error instanceof WasmpropError || error instanceof RangeError || error instanceof WebAssembly.CompileError
}
