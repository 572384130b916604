// The hashes against published values.
import { describe, expect, it } from 'vitest'
import { Murmur3 } from '../../src/numerics/hash.ts'

describe('MurmurHash3 x86 32', () => {
  // Of 4 bytes and no seed, as the test vectors of the reference have them
  it.each([
    [0x00000000, 0x2362f9de],
    [0xffffffff, 0x76293b50],
    [0x87654321, 0xf55b516b],
  ])('of the word %i', (word, hash) => {
    const murmur = new Murmur3()
    murmur.add(Uint32Array.of(word))
    expect(murmur.value).toBe(hash)
  })

  it('does not depend on how the words come', () => {
    const [whole, parts] = [new Murmur3(), new Murmur3()]
    whole.add(Uint32Array.of(1, 2, 3))
    parts.add(Uint32Array.of(1))
    parts.add(Uint32Array.of(2, 3))
    expect(parts.value).toBe(whole.value)
  })
})
