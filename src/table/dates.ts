// Dates and times as tables write them, as milliseconds since 1970 in UTC; where no zone is said, the time is taken as UTC.

interface DateFormat {
  readonly pattern: RegExp
  /** Which groups are year, month and day; 0: none is said */
  readonly order: readonly [number, number, number]
  /** The group of the hour, before that of minute, second, half of the day and zone */
  readonly time: number
}

const TIME = String.raw`(?:(?:[T ]|, ?)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?`
const DAY_NAME = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?`
const MONTH_NAME = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*'
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const numeric = (date: string, order: DateFormat['order']): DateFormat => ({
  pattern: new RegExp(`^${date}${TIME}$`, 'i'),
  order,
  time: 4,
})

/** By name: y year, m month, d day, yy a year of two digits, mon a month's name. Those before come first where several would do. */
export const dateFormats: Readonly<Record<string, DateFormat>> = {
  'y-m-d': numeric(String.raw`(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})`, [1, 2, 3]),
  'd.m.y': numeric(String.raw`(\d{1,2})\.(\d{1,2})\.(\d{4})`, [3, 2, 1]),
  'm/d/y': numeric(String.raw`(\d{1,2})[/-](\d{1,2})[/-](\d{4})`, [3, 1, 2]),
  'd/m/y': numeric(String.raw`(\d{1,2})[/-](\d{1,2})[/-](\d{4})`, [3, 2, 1]),
  'd.m.yy': numeric(String.raw`(\d{1,2})\.(\d{1,2})\.(\d{2})`, [3, 2, 1]),
  'm/d/yy': numeric(String.raw`(\d{1,2})[/-](\d{1,2})[/-](\d{2})`, [3, 1, 2]),
  'd/m/yy': numeric(String.raw`(\d{1,2})[/-](\d{1,2})[/-](\d{2})`, [3, 2, 1]),
  'd mon y': numeric(String.raw`${DAY_NAME}(\d{1,2})\.?[- /]${MONTH_NAME}\.?,?[- /](\d{4}|\d{2})`, [3, 2, 1]),
  'mon d y': numeric(String.raw`${DAY_NAME}${MONTH_NAME}\.?[- ](\d{1,2})(?:st|nd|rd|th)?,? (\d{4})`, [3, 1, 2]),
  'y mon d': numeric(String.raw`(\d{4})[- /]${MONTH_NAME}\.?[- /](\d{1,2})`, [1, 2, 3]),
  'y-m': { pattern: /^(\d{4})[-/](\d{2})$/, order: [1, 2, 0], time: 3 },
  'mon y': { pattern: new RegExp(String.raw`^${MONTH_NAME}\.?[- /](\d{4})$`, 'i'), order: [2, 1, 0], time: 3 },
  'h:m': {
    pattern: /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?$/,
    order: [0, 0, 0],
    time: 1,
  },
}

/** Formats whose cells are numbers: 20240531, and seconds or milliseconds since 1970 */
export const numberFormats = ['ymd', 'seconds', 'milliseconds'] as const
export type NumberDate = (typeof numberFormats)[number]

export const dateFormatNames: readonly string[] = [...Object.keys(dateFormats), ...numberFormats]

/** NaN for what is no date of that format, or no day of the calendar; ISO dates are ones in every format. */
export function parseDate(text: string, format: string): number {
  const time = parseAs(text.trim(), dateFormats[format])
  return Number.isNaN(time) && format !== 'y-m-d' ? parseAs(text.trim(), dateFormats['y-m-d']) : time
}

function parseAs(text: string, format: DateFormat | undefined): number {
  const match = format?.pattern.exec(text)
  if (format === undefined || match === null || match === undefined) return Number.NaN
  const [year, month, day] = format.order.map((group, part) =>
    group === 0 ? [1970, 1, 1][part] : partOf(match[group]),
  )
  const [hour, minute, second] = [0, 1, 2].map((part) => Number(match[format.time + part] ?? 0))
  const half = match[format.time + 3]?.[0].toLowerCase()
  const hours = half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0)
  const years = match[format.order[0]]?.length === 2 ? year + (year < 70 ? 2000 : 1900) : year
  return (
    timeOf([years, month, day], [hours, minute, second], half !== undefined && hour > 12) -
    offsetOf(match[format.time + 4])
  )
}

function partOf(text: string): number {
  const month = MONTHS.indexOf(text.slice(0, 3).toLowerCase())
  return month < 0 ? Number(text) : month + 1
}

function timeOf([year, month, day]: number[], [hour, minute, second]: number[], isWrong: boolean): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day) // Date.UTC takes the year 99 for 1999
  date.setUTCHours(hour, minute, second)
  const isOfClock = !isWrong && hour < 24 && minute < 60 && second < 61
  const isOfCalendar = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
  return isOfClock && isOfCalendar ? date.getTime() : Number.NaN
}

function daysOf(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Milliseconds that a zone such as +02:00 is ahead of UTC */
function offsetOf(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '') ?? []
  return sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

/** The first format that all of the words have */
export function dateFormatOf(words: readonly string[]): string | undefined {
  return dateFormatsOf(words, 1)[0]
}

/** Formats that at least this share of the words have, from all of them down */
export function dateFormatsOf(words: readonly string[], share: number): string[] {
  if (words.length === 0) return []
  const most = Math.floor((1 - share) * words.length)
  const faults = Object.keys(dateFormats).map((format) => [format, faultsIn(words, format, most)] as const)
  return faults
    .filter(([, count]) => count <= most)
    .sort(([, a], [, b]) => a - b)
    .map(([format]) => format)
}

/** Counted as far as `most` and one more */
function faultsIn(words: readonly string[], format: string, most: number): number {
  let count = 0
  for (const word of words) if (Number.isNaN(parseAs(word.trim(), dateFormats[format])) && ++count > most) break
  return count
}

/** How numbers are dates, if their column's name says that they are */
export function numberDateOf(values: Float64Array): NumberDate | undefined {
  const areAll = (isOne: (value: number) => boolean) => values.every((value) => Number.isNaN(value) || isOne(value))
  if (areAll((value) => value >= 19000101 && value < 21000000 && !Number.isNaN(timeOfNumber(value, 'ymd'))))
    return 'ymd'
  if (areAll((value) => value >= 1e8 && value < 4e9)) return 'seconds'
  return areAll((value) => value >= 1e11 && value < 4e12) ? 'milliseconds' : undefined
}

export function timeOfNumber(value: number, format: NumberDate): number {
  if (format === 'seconds') return value * 1000
  if (format === 'milliseconds') return value
  const digits = String(value)
  return /^\d{8}$/.test(digits)
    ? timeOf([Number(digits.slice(0, 4)), Number(digits.slice(4, 6)), Number(digits.slice(6))], [0, 0, 0], false)
    : Number.NaN
}
