// Base64 of weights: what hosts have natively gives the same as what browsers have.
import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

async function load(hasBuffer: boolean) {
  vi.resetModules()
  if (!hasBuffer) vi.stubGlobal('Buffer', undefined)
  const { toBase64 } = await import('../../src/model/json.ts')
  const { fromBase64 } = await import('../../src/model/read-json.ts')
  vi.unstubAllGlobals()
  return { toBase64, fromBase64 }
}

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, index) => index * 37 + (index >> 8))

it('is the same with Buffer and without, there and back', async () => {
  const [native, plain] = [await load(true), await load(false)]
  for (const length of [0, 1, 2, 3, 24_575, 24_576, 24_577, 50_000]) {
    const bytes = bytesOf(length + 3).subarray(3)
    const text = plain.toBase64(bytes)
    expect(native.toBase64(bytes)).toBe(text)
    for (const { fromBase64 } of [native, plain]) {
      const read = fromBase64(text)
      expect(read).toEqual(bytes)
      expect(read?.buffer.byteLength).toBe(length) // memory of its own
    }
  }
})

it('is refused, or read, alike where it is not as it would be written', async () => {
  const [native, plain] = [await load(true), await load(false)]
  for (const text of ['AQI', 'AQ I=', 'AQI=\n', 'AQI=AQI=', 'A', '-_-_', 'AQJ=', '*AQI=', 'é']) {
    expect(native.fromBase64(text), text).toEqual(plain.fromBase64(text))
  }
  expect(native.fromBase64('AQI=\n')).toEqual(Uint8Array.of(1, 2))
  expect(native.fromBase64('*AQI=')).toBeUndefined()
})
