// How many different numbers there are: a `Set` holds at most 2²⁴ and takes ten times the memory.

const view = new Float64Array(1)
const halves = new Uint32Array(view.buffer)

/** Distinct values but NaN, counted up to `most` */
export function countDistinct(values: Float64Array, most: number): number {
  let table: Float64Array = new Float64Array(1024).fill(Number.NaN)
  let count = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    const place = placeOf(table, value)
    if (table[place] === value) continue
    table[place] = value
    if (++count === most) break
    if (count * 2 > table.length) table = rehashed(table)
  }
  return count
}

/** Where the value stands, or would: NaN is a free place */
function placeOf(table: Float64Array, value: number): number {
  view[0] = value + 0 // −0 is 0
  const mask = table.length - 1
  let place = Math.imul(halves[0] ^ Math.imul(halves[1], 0x85ebca6b), 0xc2b2ae35)
  place = (place ^ (place >>> 15)) & mask
  while (table[place] !== value && !Number.isNaN(table[place])) place = (place + 1) & mask
  return place
}

function rehashed(table: Float64Array): Float64Array {
  const larger = new Float64Array(2 * table.length).fill(Number.NaN)
  for (const value of table) if (!Number.isNaN(value)) larger[placeOf(larger, value)] = value
  return larger
}
