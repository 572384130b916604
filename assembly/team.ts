// Work that is split over threads, in the build with threads; elsewhere it is what it is. It is split into pieces of its
// output, so that every element is still summed in order by one thread and the bits stay. Pieces are taken from a counter:
// helpers take part when they are awake, and the caller can do all of it alone. It never waits for a helper to begin, only
// for pieces that one has taken.
import { isFloat32 } from './dtype'
import { gather } from './kernels/matrix'
import { panelProduct, product } from './kernels/product'
import { update } from './optimizers'
import {
  A, A_COLUMN, A_ROW, B, C, C_ROW, DEPTH, GRADIENTS, LEARNING_RATE, PACKED, PACKED_BYTES, PANEL_BYTES, PARAMETER_BYTES,
  PARAMETERS, PENDING, PIECE, PROGRAM_COPY, PROGRAM_SIZE, ROWS, S, S_ROW, SPLIT_BYTES, SPLIT_PRODUCT, STATE, TEAM, THREADS,
  TICKET, UPDATE_BYTES, WORK,
} from './program'

/** Tells the helpers that there is work. */
// @ts-ignore: decorator
@external('env', 'ring')
declare function ring(): void

/** Told now and then while the last pieces are awaited; throws when it has been too long. `turn` counts from 1. */
// @ts-ignore: decorator
@external('env', 'linger')
declare function linger(turn: u32): void

// Kinds of work
const PRODUCT: u32 = 0
const GATHER: u32 = 1
const UPDATE: u32 = 2

/** Looks at the counter between two words to `linger`: about 2 µs */
const LOOKS: u32 = 1024
/** Pieces for each thread, where they are not panels: enough that a helper which comes late finds some left */
const PIECES_PER_THREAD: usize = 4
/** Rows of a piece are a multiple of the tallest tile. */
const TILE_ROWS: usize = 4
/** Bytes of an update's piece are a multiple of a cache line. */
const LINE: usize = 64

/** The team where work of so many bytes is split, else 0 */
// @ts-ignore: decorator
@inline
function teamFor(program: usize, bytes: usize): usize {
  const team: usize = load<u32>(program, TEAM)
  return team && bytes >= load<u32>(team, SPLIT_BYTES) ? team : 0
}

/** `product` on all threads of the program, where it is large enough */
// @ts-ignore: decorator
@inline
export function teamProduct<T>(
  program: usize, a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize, packed: usize,
): void {
  if (ASC_FEATURE_THREADS) {
    const team: usize = load<u32>(program, TEAM)
    if (team && <f64>rows * <f64>depth * <f64>(stride / sizeof<T>()) >= load<f64>(team, SPLIT_PRODUCT)) {
      describe(team, PRODUCT, a, aRow, aColumn, b, s, sRow, c, stride, rows, depth)
      share<T>(program, divideProduct(team, rows, stride))
      return
    }
  }
  product<T>(a, aRow, aColumn, b, s, sRow, c, rows, depth, stride, packed)
}

/** `gather`, likewise */
// @ts-ignore: decorator
@inline
export function teamGather<T>(program: usize, source: usize, stride: usize, order: usize, rows: usize, target: usize): void {
  if (ASC_FEATURE_THREADS) {
    const team = teamFor(program, rows * stride)
    if (team) {
      describe(team, GATHER, source, stride, 0, order, 0, 0, target, stride, rows, 0)
      share<T>(program, divide(team, rows, TILE_ROWS))
      return
    }
  }
  gather(source, stride, order, rows, target)
}

/**
 * `update`, likewise. Its pieces are updates by copies of the program; that of the first line comes last and is by the
 * program itself, whose running values it moves on.
 */
// @ts-ignore: decorator
@inline
export function teamUpdate<T>(program: usize, rate: f64): void {
  if (ASC_FEATURE_THREADS) {
    const bytes: usize = load<u32>(program, PARAMETER_BYTES)
    const team = teamFor(program, bytes)
    if (team && bytes > LINE) {
      store<u32>(team, UPDATE, WORK)
      memory.copy(team + PROGRAM_COPY, program, PROGRAM_SIZE)
      store<f64>(team + PROGRAM_COPY, rate, LEARNING_RATE)
      share<T>(program, divide(team, bytes - LINE, LINE))
      store<u32>(program, <u32>LINE, UPDATE_BYTES)
      update<T>(program, rate)
      store<u32>(program, 0, UPDATE_BYTES)
      return
    }
  }
  update<T>(program, rate)
}

function describe(
  team: usize, work: u32, a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize, cRow: usize,
  rows: usize, depth: usize,
): void {
  store<u32>(team, work, WORK)
  store<u32>(team, a, A)
  store<u32>(team, aRow, A_ROW)
  store<u32>(team, aColumn, A_COLUMN)
  store<u32>(team, b, B)
  store<u32>(team, s, S)
  store<u32>(team, sRow, S_ROW)
  store<u32>(team, c, C)
  store<u32>(team, cRow, C_ROW)
  store<u32>(team, rows, ROWS)
  store<u32>(team, depth, DEPTH)
}

/** Chooses pieces of so many times `unit`, and gives their number. */
function divide(team: usize, total: usize, unit: usize): u32 {
  const units = (total + unit - 1) / unit, shares = <usize>load<u32>(team, THREADS) * PIECES_PER_THREAD
  const piece = unit * ((units + shares - 1) / shares)
  store<u32>(team, piece, PIECE)
  return <u32>((total + piece - 1) / piece)
}

/** The same of a product: panels of columns, which packs no panel of B twice, or rows where there are too few panels */
function divideProduct(team: usize, rows: usize, stride: usize): u32 {
  const panels = (stride + PANEL_BYTES - 1) / PANEL_BYTES
  if (panels < 2 * <usize>load<u32>(team, THREADS) && rows > TILE_ROWS) return divide(team, rows, TILE_ROWS)
  store<u32>(team, 0, PIECE)
  return <u32>panels
}

/** Hands the described work out, does what nobody else does of it, and comes back when all of it is done. */
function share<T>(program: usize, pieces: u32): void {
  const team: usize = load<u32>(program, TEAM)
  atomic.store<u32>(team, pieces, PENDING)
  const number = (atomic.load<u64>(team, TICKET) >> 32) + 1
  atomic.store<u64>(team, number << 32 | pieces, TICKET)
  ring()
  work<T>(team, load<u32>(program, PACKED))
  for (let looks: u32 = 1; atomic.load<u32>(team, PENDING); looks++) if (looks % LOOKS == 0) linger(looks / LOOKS)
}

/**
 * Takes and does pieces until none is left. A piece that was taken keeps its work from ending, so what is read after the
 * taking belongs to it; the number in the ticket tells works of equally many pieces apart.
 */
function work<T>(team: usize, scratch: usize): void {
  for (;;) {
    const ticket = atomic.load<u64>(team, TICKET)
    const left = <u32>ticket
    if (!left) return
    if (atomic.cmpxchg<u64>(team, ticket, ticket - 1, TICKET) != ticket) continue
    piece<T>(team, left - 1, scratch)
    atomic.sub<u32>(team, 1, PENDING)
  }
}

/** `scratch`: PACKED_BYTES of the thread's own */
function piece<T>(team: usize, index: usize, scratch: usize): void {
  const size: usize = load<u32>(team, PIECE), first = index * size
  const kind = load<u32>(team, WORK)
  if (kind == UPDATE) {
    updatePiece<T>(team + PROGRAM_COPY, LINE + first, size, scratch)
    return
  }
  const a: usize = load<u32>(team, A), aRow: usize = load<u32>(team, A_ROW), b: usize = load<u32>(team, B)
  const c: usize = load<u32>(team, C), cRow: usize = load<u32>(team, C_ROW)
  const depth: usize = load<u32>(team, DEPTH), rows: usize = load<u32>(team, ROWS)
  const count = min<usize>(size, rows - first)
  if (kind == GATHER) gather(a, aRow, b + (first << 2), count, c + first * cRow)
  else {
    const aColumn: usize = load<u32>(team, A_COLUMN), s: usize = load<u32>(team, S), sRow: usize = load<u32>(team, S_ROW)
    if (size) {
      product<T>(a + first * aRow, aRow, aColumn, b, s + first * sRow, sRow, c + first * cRow, count, depth, cRow, scratch)
    } else {
      const column = index * PANEL_BYTES
      const width = min<usize>(PANEL_BYTES, cRow - column)
      panelProduct<T>(a, aRow, aColumn, b + column, s + column, sRow, c + column, rows, depth, cRow, width, scratch)
    }
  }
}

/** An update of `size` bytes from `first` on, as far as there are some */
function updatePiece<T>(program: usize, first: usize, size: usize, copy: usize): void {
  memory.copy(copy, program, PROGRAM_SIZE)
  store<u32>(copy, load<u32>(program, PARAMETERS) + <u32>first, PARAMETERS)
  store<u32>(copy, load<u32>(program, GRADIENTS) + <u32>first, GRADIENTS)
  store<u32>(copy, load<u32>(program, STATE) + <u32>first, STATE)
  store<u32>(copy, min<u32>(<u32>size, load<u32>(program, PARAMETER_BYTES) - <u32>first), UPDATE_BYTES)
  update<T>(copy, load<f64>(program, LEARNING_RATE))
}

/** What a helper does when it is told of work: `thread` counts from 1, the caller is 0. */
export function help(program: usize, thread: u32): void {
  const team: usize = load<u32>(program, TEAM)
  if (!team) return
  const scratch = <usize>load<u32>(program, PACKED) + thread * PACKED_BYTES
  if (isFloat32(program)) work<f32>(team, scratch)
  else work<f64>(team, scratch)
}
