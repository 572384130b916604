// For libraries that take rows as arrays, and for those that know no shuffled batches.

export const toRows = (flat, rows) => {
  const columns = flat.length / rows
  return Array.from({ length: rows }, (_, row) => Array.from(flat.subarray(row * columns, (row + 1) * columns)))
}

/** Outputs of sigmoids as shares, so that their cross-entropy can be told */
export const toShares = (outputs) => {
  const sum = outputs.reduce((total, output) => total + output, 0)
  return outputs.map((output) => output / (sum || 1))
}

export function shuffle(order) {
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1))
    const value = order[i]
    order[i] = order[other]
    order[other] = value
  }
}

/** Class numbers of one-hot rows, or of 0 and 1 */
export function classesOf(targets, rows) {
  return toRows(targets, rows).map((row) => (row.length === 1 ? row[0] : row.indexOf(1)))
}
