// Typed arrays as they are, whatever was put on them: their own slots are asked, never a property that a caller may have
// written over, so that nothing of the caller's runs.

type IntegerArray = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array
export type NumericArray = IntegerArray | Float32Array | Float64Array

type Kind = new (buffer: ArrayBufferLike, offset: number, length: number) => NumericArray

const { Float16Array } = globalThis as { Float16Array?: Kind }
const kinds = new Map<string | undefined, Kind>(
  [
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    ...[Float32Array, Float64Array, ...(Float16Array ? [Float16Array] : [])],
  ].map((kind) => [kind.name, kind as Kind]),
)

const slot = (name: PropertyKey) =>
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), name)!.get!
const [kindSlot, lengthSlot, bufferSlot, offsetSlot] = [Symbol.toStringTag, 'length', 'buffer', 'byteOffset'].map(slot)

/** `Float64Array` and the like, of whatever realm; undefined for what is no typed array */
export function kindOf(value: unknown): string | undefined {
  return kindSlot.call(value)
}

/** 0 where the memory was given away, or no longer reaches so far */
export function lengthOf(array: NumericArray): number {
  return lengthSlot.call(array)
}

/** Bytes of a number in a float array */
export function sizeOf(array: Float32Array | Float64Array): 4 | 8 {
  return kindOf(array) === 'Float32Array' ? 4 : 8
}

/** Typed arrays of numbers: none of bigints */
export function isNumericArray(value: unknown): value is NumericArray {
  return kinds.has(kindOf(value))
}

/** The same numbers, as many as there are now, through a view of our own. Throws a TypeError where they were given away. */
export function plainView<T extends NumericArray>(array: T): T {
  return new (kinds.get(kindOf(array))!)(bufferSlot.call(array), offsetSlot.call(array), lengthOf(array)) as T
}

/** The same numbers in memory of their own */
export function copyOf(array: NumericArray): NumericArray {
  const { length } = array
  const copy = new (kinds.get(kindOf(array))!)(new ArrayBuffer(length * array.BYTES_PER_ELEMENT), 0, length)
  copy.set(array)
  return copy
}

export function isValues(value: unknown): value is Float32Array | Float64Array {
  const kind = kindOf(value)
  return kind === 'Float32Array' || kind === 'Float64Array'
}
