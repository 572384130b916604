// Where the rows of a table lie in its file: lines that are blank, or within a quoted cell, shift those after them.

export class Lines {
  /** Rows from which on the line is further from the row's number, and by how much */
  #rows: number[] = []
  #shifts: number[] = []

  add(row: number, line: number): void {
    if (line - row === this.#shifts.at(-1)) return
    this.#rows.push(row)
    this.#shifts.push(line - row)
  }

  of = (row: number): number => {
    let low = 0
    let high = this.#rows.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#rows[middle] <= row) low = middle
      else high = middle - 1
    }
    return row + this.#shifts[low]
  }

  /** Only these rows stay, and get numbers anew. */
  keep(rows: Uint32Array): void {
    const lines = Array.from(rows, this.of)
    this.#rows = []
    this.#shifts = []
    lines.forEach((line, row) => {
      this.add(row, line)
    })
  }
}
