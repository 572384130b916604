// Numbers in the two types that networks compute in, and their bytes.

export type Dtype = 'float32' | 'float64'

export type Values = Float32Array | Float64Array

/** Of a network's type */
export type ValuesOf<D extends Dtype> = { float32: Float32Array; float64: Float64Array }[D]

/** Lists of numbers by name */
export type Blocks = Readonly<Record<string, Values>>

/** A view of the whole memory in the network's type. Make a new one after the memory may have grown. */
export function valuesOf(buffer: ArrayBufferLike, dtype: Dtype): Values {
  return dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer)
}

/** Zeros in the network's type */
export function newValues(dtype: Dtype, length: number): Values {
  return dtype === 'float32' ? new Float32Array(length) : new Float64Array(length)
}

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** The bytes of `values` in little-endian order, whatever the host's */
export function littleEndian(values: Values): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return hostIsLittleEndian ? bytes : reverseEach(bytes, values.BYTES_PER_ELEMENT)
}

export function fromLittleEndian(bytes: Uint8Array, dtype: Dtype): Values {
  const size = dtype === 'float32' ? 4 : 8
  return valuesOf((hostIsLittleEndian ? bytes.slice() : reverseEach(bytes, size)).buffer as ArrayBuffer, dtype)
}

function reverseEach(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.map((_, index) => bytes[index - (index % size) + size - 1 - (index % size)])
}

/** Values from a place to another as a list. A plain loop: five times as fast as `Array.from` on a subarray */
export function toList(values: Values, from: number, to: number): number[] {
  const list: number[] = []
  for (let index = from; index < to; index++) list.push(values[index])
  return list
}
