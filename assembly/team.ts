// Products on several threads, in the build with threads; elsewhere a product is what it is. A product is split into pieces
// of its output, so that every element is still summed in order by one thread and the bits stay. Pieces are taken from a
// counter: helpers take part when they are awake, and the caller can do all of it alone. It never waits for a helper to
// begin, only for pieces that one has taken.
import { FLOAT32 } from './ids'
import { panelProduct, product } from './kernels/product'
import {
  A, A_COLUMN, A_ROW, B, C, DEPTH, DTYPE, PACKED, PACKED_BYTES, PANEL_BYTES, PENDING, PIECE_ROWS, PRODUCT_STRIDE, ROWS, S, S_ROW,
  SPLITS_FROM, TEAM, THREADS, TICKET,
} from './program'

/** Tells the helpers that there is work. */
// @ts-ignore: decorator
@external('env', 'ring')
declare function ring(): void

/** Told now and then while the last pieces are awaited; throws when it has been too long. `turn` counts from 1. */
// @ts-ignore: decorator
@external('env', 'linger')
declare function linger(turn: u32): void

/** Looks at the counter between two words to `linger`: about 2 µs */
const LOOKS: u32 = 1024
/** Pieces of rows for each thread: enough that a helper which comes late finds some left */
const PIECES_PER_THREAD: usize = 4
/** Rows of a piece are a multiple of the tallest tile. */
const TILE_ROWS: usize = 4

/** `product` on all threads of the program, where it is large enough */
// @ts-ignore: decorator
@inline
export function teamProduct<T>(
  program: usize, a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize, packed: usize,
): void {
  if (ASC_FEATURE_THREADS) {
    const team: usize = load<u32>(program, TEAM)
    if (team && <f64>rows * <f64>depth * <f64>(stride / sizeof<T>()) >= load<f64>(team, SPLITS_FROM)) {
      describe(team, a, aRow, aColumn, b, s, sRow, c, rows, depth, stride)
      share<T>(team, packed)
      return
    }
  }
  product<T>(a, aRow, aColumn, b, s, sRow, c, rows, depth, stride, packed)
}

function describe(
  team: usize, a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize,
): void {
  store<u32>(team, a, A)
  store<u32>(team, aRow, A_ROW)
  store<u32>(team, aColumn, A_COLUMN)
  store<u32>(team, b, B)
  store<u32>(team, s, S)
  store<u32>(team, sRow, S_ROW)
  store<u32>(team, c, C)
  store<u32>(team, rows, ROWS)
  store<u32>(team, depth, DEPTH)
  store<u32>(team, stride, PRODUCT_STRIDE)
}

/** Hands the described product out, does what nobody else does of it, and comes back when all of it is done. */
function share<T>(team: usize, packed: usize): void {
  const pieces = divide(team)
  atomic.store<u32>(team, pieces, PENDING)
  const number = (atomic.load<u64>(team, TICKET) >> 32) + 1
  atomic.store<u64>(team, number << 32 | pieces, TICKET)
  ring()
  work<T>(team, packed)
  for (let looks: u32 = 1; atomic.load<u32>(team, PENDING); looks++) if (looks % LOOKS == 0) linger(looks / LOOKS)
}

/**
 * Chooses the pieces and gives their number: panels of columns, which packs no panel of B twice, or rows where there are
 * too few panels.
 */
function divide(team: usize): u32 {
  const threads: usize = load<u32>(team, THREADS), rows: usize = load<u32>(team, ROWS)
  const panels = (<usize>load<u32>(team, PRODUCT_STRIDE) + PANEL_BYTES - 1) / PANEL_BYTES
  if (panels >= 2 * threads || rows <= TILE_ROWS) {
    store<u32>(team, 0, PIECE_ROWS)
    return <u32>panels
  }
  const tiles = (rows + TILE_ROWS - 1) / TILE_ROWS, shares = threads * PIECES_PER_THREAD
  const pieceRows = TILE_ROWS * ((tiles + shares - 1) / shares)
  store<u32>(team, pieceRows, PIECE_ROWS)
  return <u32>((rows + pieceRows - 1) / pieceRows)
}

/**
 * Takes and does pieces until none is left. A piece that was taken keeps its product from ending, so what is read after
 * the taking belongs to it; the number in the ticket tells products of equally many pieces apart.
 */
function work<T>(team: usize, packed: usize): void {
  for (;;) {
    const ticket = atomic.load<u64>(team, TICKET)
    const left = <u32>ticket
    if (!left) return
    if (atomic.cmpxchg<u64>(team, ticket, ticket - 1, TICKET) != ticket) continue
    piece<T>(team, left - 1, packed)
    atomic.sub<u32>(team, 1, PENDING)
  }
}

function piece<T>(team: usize, index: usize, packed: usize): void {
  const a: usize = load<u32>(team, A), aRow: usize = load<u32>(team, A_ROW), aColumn: usize = load<u32>(team, A_COLUMN)
  const b: usize = load<u32>(team, B), s: usize = load<u32>(team, S), sRow: usize = load<u32>(team, S_ROW), c: usize = load<u32>(team, C)
  const rows: usize = load<u32>(team, ROWS), depth: usize = load<u32>(team, DEPTH), stride: usize = load<u32>(team, PRODUCT_STRIDE)
  const pieceRows: usize = load<u32>(team, PIECE_ROWS)
  if (pieceRows) {
    const first = index * pieceRows
    product<T>(
      a + first * aRow, aRow, aColumn, b, s + first * sRow, sRow, c + first * stride,
      min<usize>(pieceRows, rows - first), depth, stride, packed,
    )
  } else {
    const column = index * PANEL_BYTES
    const width = min<usize>(PANEL_BYTES, stride - column)
    panelProduct<T>(a, aRow, aColumn, b + column, s + column, sRow, c + column, rows, depth, stride, width, packed)
  }
}

/** What a helper does when it is told of work: `thread` counts from 1, the caller is 0. */
export function help(program: usize, thread: u32): void {
  const team: usize = load<u32>(program, TEAM)
  if (!team) return
  const packed = <usize>load<u32>(program, PACKED) + thread * PACKED_BYTES
  if (load<u32>(program, DTYPE) == FLOAT32) work<f32>(team, packed)
  else work<f64>(team, packed)
}
