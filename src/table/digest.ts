// Fingerprints of tables: by what their cells mean, so that the same data in another dialect has the same. No signatures.
import { Fnv1a, Murmur3 } from '../numerics/hash.ts'
import { withoutPrototype } from './plain.ts'
import type { Table } from './read.ts'
import type { TableColumn } from './schema.ts'

/** Of a table and the options that decide about its model: 64 bits in hexadecimal over names, kinds and cells in their order */
export function digestOf({ schema, columns, rows }: Table, options: object): string {
  const hash = new Fnv1a()
  const text = new TextEncoder()
  hash.add(
    text.encode(
      JSON.stringify([
        options,
        rows,
        schema.map(withoutPrototype).map(({ name, kind, categories }) => [name, kind, categories]),
      ]),
    ),
  )
  for (const { name } of schema) hash.add(text.encode(String(hashColumn(columns.get(name) as TableColumn))))
  return hash.toString()
}

export function hashText(text: string): string {
  const hash = new Fnv1a()
  hash.add(new TextEncoder().encode(text))
  return hash.toString()
}

function hashColumn({ values }: TableColumn): number {
  const hash = new Murmur3()
  if (values instanceof Float64Array) {
    const bits = values.map((value) => (Number.isNaN(value) ? Number.NaN : value)) // of all NaN the same one
    hash.add(littleEndianWords(bits))
  } else {
    const words = new TextEncoder().encode(JSON.stringify(values.map((value) => value ?? null)))
    const padded = new Uint8Array(4 * Math.ceil(words.length / 4))
    padded.set(words)
    hash.add(new Uint32Array(padded.buffer))
  }
  return hash.value
}

/** Every host that has WebAssembly is little-endian. */
function littleEndianWords({ buffer, byteOffset, length }: Float64Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, 2 * length)
}
