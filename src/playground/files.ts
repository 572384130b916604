// Saves what the page has made as a file, and copies text.

export function save(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

const LINES_AT_ONCE = 500

/** A file of many lines, made piece by piece so that the page lives meanwhile */
export async function fileOfLines(lines: Iterable<string>, type: string): Promise<Blob> {
  const pieces: Blob[] = []
  let piece: string[] = []
  for (const line of lines) {
    piece.push(line)
    if (piece.length < LINES_AT_ONCE) continue
    pieces.push(new Blob(piece))
    piece = []
    await new Promise((resolve) => setTimeout(resolve))
  }
  return new Blob([...pieces, ...piece], { type })
}

/** False where the browser refuses, as it does without a gesture */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** A cell of a CSV; quoted where it must be, and with an apostrophe where a spreadsheet would run it */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
