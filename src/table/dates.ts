// Dates and times as tables write them, as milliseconds since 1970 in UTC; where none is said, the time is taken as UTC.

interface DateFormat {
  readonly pattern: RegExp
  /** Which groups are year, month and day */
  readonly order: readonly [number, number, number]
}

const TIME = String.raw`(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?`

/** By name: y year, m month, d day. Those before come first where both would do. */
export const dateFormats: Readonly<Record<string, DateFormat>> = {
  'y-m-d': { pattern: new RegExp(String.raw`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})${TIME}$`), order: [1, 2, 3] },
  'd.m.y': { pattern: new RegExp(String.raw`^(\d{1,2})\.(\d{1,2})\.(\d{4})${TIME}$`), order: [3, 2, 1] },
  'm/d/y': { pattern: new RegExp(String.raw`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})${TIME}$`), order: [3, 1, 2] },
  'd/m/y': { pattern: new RegExp(String.raw`^(\d{1,2})[/-](\d{1,2})[/-](\d{4})${TIME}$`), order: [3, 2, 1] },
}

/** NaN for what is no date of that format, or no day of the calendar */
export function parseDate(text: string, format: string): number {
  const { pattern, order } = dateFormats[format]
  const match = pattern.exec(text.trim())
  if (match === null) return Number.NaN
  const [year, month, day] = order.map((group) => Number(match[group]))
  const [hour, minute, second] = [match[4], match[5], match[6]].map((part) => Number(part ?? 0))
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const isOfCalendar =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return isOfCalendar ? date.getTime() - offsetOf(match[7]) : Number.NaN
}

/** Milliseconds that a zone such as +02:00 is ahead of UTC */
function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? []
  return Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

/** The format that all of the words have */
export function dateFormatOf(words: readonly string[]): string | undefined {
  if (words.length === 0) return undefined
  return Object.keys(dateFormats).find((format) => words.every((word) => !Number.isNaN(parseDate(word, format))))
}
