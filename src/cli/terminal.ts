// What commands write with: lines, colors where they are wanted, tables.

const wantsColor = (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'
const isColored = process.stdout.isTTY === true && wantsColor
const areErrorsColored = process.stderr.isTTY === true && wantsColor

const paint = (code: number, isWanted: boolean) => (text: string) =>
  isWanted ? `\u001b[${code}m${text}\u001b[0m` : text

export const bold = paint(1, isColored)
export const dim = paint(2, isColored)
export const green = paint(32, isColored)
/** Of standard error */
export const red = paint(31, areErrorsColored)
export const yellow = paint(33, areErrorsColored)
/** For asciichart, which takes the codes themselves */
export const chartColor = isColored ? '\u001b[36m' : undefined

/** Columns of the terminal, or those that `COLUMNS` says where there is none, within what reads well */
export const width = Math.max(40, Math.min(process.stdout.columns || Number(process.env.COLUMNS) || 80, 100))
export const isNarrow = width < 60

/** Lines of at most so many columns, broken between words where that is possible */
export function paragraph(text: string, columns = width): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && shownLength(`${line} ${word}`) > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the codes of colors take no room
const shownLength = (text: string): number => text.replace(/\u001b\[\d+m/g, '').length

export function print(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** The same of much text, waiting where the other side is slow */
export async function write(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve))
}

/** Broken into lines for a terminal, and in one line where it goes to a file: logs are searched line by line. */
export function warn(text: string): void {
  const columns = process.stderr.columns || Number(process.env.COLUMNS)
  const lines = columns > 0 ? paragraph(`${yellow('warning')}: ${text}`, width - 2) : [`${yellow('warning')}: ${text}`]
  process.stderr.write(`${lines.join('\n  ')}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value))
}

/** Columns aligned: the first `lefts` to the left, the others to the right */
export function table(rows: readonly (readonly string[])[], lefts: number): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column < lefts ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  )
}

/** 1.87 ms, 312 µs, 2.40 s */
export function duration(milliseconds: number): string {
  const [value, unit] =
    milliseconds < 1
      ? [milliseconds * 1000, 'µs']
      : milliseconds < 1000
        ? [milliseconds, 'ms']
        : [milliseconds / 1000, 's']
  const digits = value.toPrecision(3)
  return `${digits.includes('e') ? Math.round(value) : digits} ${unit}`
}
