// Values as no sane program hands them in: arrays, objects and buffers that call back into the library, change while they
// are read, lie about themselves or throw.
import type { Chance } from './chance.ts'

/** What a trap throws. It must never come out of the library, except of a callback. */
export class TrapError extends Error {}

export interface Traps {
  readonly chance: Chance
  /** Does something to the library or to what was handed in */
  spring(): void
}

type Resizable = ArrayBuffer & { resize?(bytes: number): void }
const ResizableBuffer = ArrayBuffer as new (bytes: number, options: object) => Resizable
const GrowableShared = SharedArrayBuffer as new (bytes: number, options: object) => SharedArrayBuffer

const long = 'x\u0007\u202e'.repeat(3000)
const sparse = new Array(2 ** 32 - 1)

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const junk: ((chance: Chance) => unknown)[] = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => -0,
  () => Infinity,
  () => 1e308,
  () => 5e-324,
  () => 2 ** 53,
  () => -1,
  () => 0.5,
  () => '',
  () => '1',
  () => '__proto__',
  () => long,
  () => 10n,
  () => Symbol('storm'),
  () => true,
  () => () => {
    throw new TrapError('called')
  },
  () => [],
  () => [[]],
  () => [[[1]]],
  () => sparse,
  () => new Array(5),
  () => ({}),
  () => Object.create(null),
  () => new Map([[1, 2]]),
  () => new Date(Number.NaN),
  () => new Float64Array(0),
  () => new BigInt64Array(4),
  () => new DataView(new ArrayBuffer(8)),
  () => new ArrayBuffer(64),
  () => new SharedArrayBuffer(64),
  () => new Number(3),
  () => revoked([]),
  () => revoked({}),
  () => ({ length: 3, 0: 1, 1: 2, 2: 3 }),
  () => ({ data: sparse, rows: 2 ** 31, columns: 2 }),
  () => ({ data: new Float64Array(6), rows: -1, columns: Number.NaN }),
  () => ({ columns: ['a', 'b'], data: [[1, 2]] }),
  () => JSON.parse('{"__proto__": {"data": [1], "rows": 1, "columns": 1}}'),
  () => ({ toString: null, valueOf: null, toJSON: null }),
  () =>
    new Proxy([], {
      get() {
        throw new TrapError('read')
      },
    }),
]

export function anything({ chance }: Traps): unknown {
  return chance.one(junk)(chance)
}

/** What a trapped place answers with: mostly the value that belongs there */
function answer<T>(traps: Traps, value: T): unknown {
  const { chance } = traps
  if (chance.is(0.5)) traps.spring()
  if (chance.is(0.05)) throw new TrapError('read')
  return chance.is(0.15) ? anything(traps) : value
}

/** The same with a getter in one place, or behind a proxy, of which anything may be asked */
export function trapped<T extends object>(traps: Traps, value: T): T {
  const { chance } = traps
  if (ArrayBuffer.isView(value)) return lying(traps, value)
  const keys = keysOf(value)
  if (chance.is(0.5) && keys.length > 0) {
    const key = chance.one(keys) as keyof T
    const kept = value[key]
    Reflect.defineProperty(value, key, { get: () => answer(traps, kept), enumerable: true, configurable: true })
    return value
  }
  const every = chance.is(0.2)
  return new Proxy(value, {
    get: (target, key, self) => {
      const kept = Reflect.get(target, key, self)
      return every || chance.is(0.1) ? answer(traps, kept) : kept
    },
    ...(chance.is(0.3)
      ? {
          ownKeys(target) {
            traps.spring()
            return Reflect.ownKeys(target)
          },
        }
      : {}),
    ...(chance.is(0.1)
      ? {
          getPrototypeOf: () => {
            throw new TrapError('prototype')
          },
        }
      : {}),
  })
}

function keysOf(value: object): string[] {
  try {
    return Object.keys(value)
  } catch {
    return [] // a proxy that throws
  }
}

const lies = [
  'length',
  'buffer',
  'byteOffset',
  'byteLength',
  'subarray',
  'set',
  'constructor',
  Symbol.toStringTag,
  Symbol.iterator,
]

/** A typed array with a property of its own where everyone asks its prototype */
function lying<T extends object>(traps: Traps, array: T): T {
  const key = traps.chance.one(lies) as keyof T
  const kept = array[key]
  return Object.defineProperty(array, key, { get: () => answer(traps, kept), configurable: true })
}

/** Numbers in a typed array of any kind, on memory of any kind */
export function typed(traps: Traps, numbers: number[], toChange: (spring: () => void) => void): ArrayLike<number> {
  const { chance } = traps
  const Kind = chance.one([Float32Array, Float64Array, Float64Array, Int8Array, Uint16Array])
  const bytes = numbers.length * Kind.BYTES_PER_ELEMENT
  const memory = chance.one(['plain', 'plain', 'shared', 'growable', 'resizable'])
  if (memory === 'plain') {
    const array = Kind.from(numbers)
    toChange(() =>
      chance.is(0.5) ? structuredClone(array.buffer, { transfer: [array.buffer] }) : array.fill(Number.NaN),
    )
    return array
  }
  if (memory === 'resizable') {
    const buffer = new ResizableBuffer(bytes, { maxByteLength: bytes + 64 })
    const array = chance.is(0.5) ? new Kind(buffer) : new Kind(buffer, 0, numbers.length)
    array.set(numbers)
    toChange(() => buffer.resize?.(chance.below(bytes + 64)))
    return array
  }
  const shared =
    memory === 'shared' ? new SharedArrayBuffer(bytes) : new GrowableShared(bytes, { maxByteLength: bytes + 64 })
  const array = new Kind(shared as unknown as ArrayBuffer)
  array.set(numbers)
  toChange(() => array.fill(chance.one([Number.NaN, 1e39, Infinity, 7])))
  return array
}
