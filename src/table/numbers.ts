// Numbers as they stand in tables: in decimal notation, of one dialect, with exactly the values of `Number()`.

/** What a file writes its numbers with */
export interface NumberFormat {
  readonly decimal: '.' | ','
  /** Between groups of three digits; '' where there are none */
  readonly thousands: Thousands
}

export const thousandsMarks = ['', ',', '.', ' ', "'", '\u00a0', '\u202f', '_'] as const
export type Thousands = (typeof thousandsMarks)[number]

/** Columns with stray cells up to this share are numbers with faults in them; beyond, they are words. */
export const MOST_ODD_SHARE = 0.34

export const PLAIN: NumberFormat = { decimal: '.', thousands: '' }

const PLAIN_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

const CURRENCY = '(?:[$€£¥₹]|USD|EUR|GBP|CHF|JPY)'
/** $12.50, -$12.50, $-12.50, 12,50 €; and ($12.50), as accountants write what is below zero */
const BEFORE = new RegExp(String.raw`^([+-]?)\s*${CURRENCY}\s*`)
const AFTER = new RegExp(String.raw`\s*${CURRENCY}$`)
const IN_BRACKETS = /^\(([^()+-]+)\)$/

/** The number that a cell is, in per cent as a hundredth, of money without its currency; NaN where it is none */
export function numberOf(cell: string, format: NumberFormat): number {
  const text = cell.trim()
  if (!/\d/.test(text)) return Number.NaN
  const simple = simpleNumber(text, format)
  if (!Number.isNaN(simple)) return simple
  const last = text.charCodeAt(text.length - 1)
  if (last === PER_CENT) return simpleNumber(text.slice(0, -1).trimEnd(), format) / 100
  const [, bracketed] = IN_BRACKETS.exec(text) ?? []
  const money = (bracketed ?? text).replace(BEFORE, '$1').replace(AFTER, '')
  if (money === text) return Number.NaN
  return bracketed === undefined ? simpleNumber(money, format) : -simpleNumber(money, format)
}

const PER_CENT = 37

function simpleNumber(text: string, format: NumberFormat): number {
  const plain = withoutGroups(text, format)
  if (plain === undefined) return Number.NaN
  const decimal = format.decimal === ',' ? plain.replace(',', '.') : plain
  if (!PLAIN_NUMBER.test(decimal) || (format.decimal === ',' && plain.includes('.'))) return Number.NaN
  return Number(decimal)
}

/** Undefined where the groups are not of three digits */
function withoutGroups(text: string, { decimal, thousands }: NumberFormat): string | undefined {
  if (thousands === '' || !text.includes(thousands)) return text
  const [whole, ...rest] = text.split(decimal)
  if (!GROUPS[thousands].test(whole) || rest.some((part) => part.includes(thousands))) return undefined
  return [whole.replaceAll(thousands, ''), ...rest].join(decimal)
}

const groupsOf = (mark: string) => new RegExp(String.raw`^[+-]?\d{1,3}(?:${mark === '.' ? '\\.' : mark}\d{3})+$`)
const GROUPS = Object.fromEntries(thousandsMarks.map((mark) => [mark, groupsOf(mark)]))

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= ZERO + 9

/** Whether the bytes from `from` to `to` are a decimal number of any length, perhaps with an exponent: what `Number` can take. */
export function isDecimal(bytes: Uint8Array, from: number, to: number, decimal: '.' | ','): boolean {
  const point = decimal === ',' ? COMMA : POINT
  let at = bytes[from] === MINUS || bytes[from] === PLUS ? from + 1 : from
  let digits = 0
  for (; at < to && isDigit(bytes[at]); at++) digits++
  if (at < to && bytes[at] === point) for (at++; at < to && isDigit(bytes[at]); at++) digits++
  if (digits === 0 || at === to) return digits > 0
  if ((bytes[at] | 0x20) !== E) return false
  at++
  if (bytes[at] === MINUS || bytes[at] === PLUS) at++
  const exponent = at
  while (at < to && isDigit(bytes[at])) at++
  return at === to && at > exponent
}

const E = 0x65

/** Powers of ten that are float64 numbers exactly */
export const EXACT_POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
export const LARGEST_EXACT = 2 ** 53

const ZERO = 48
const PLUS = 43
const MINUS = 45
const POINT = 46
const COMMA = 44

/**
 * The plain decimal number in the bytes from `from` to `to`; NaN for all that is not one, and for what takes more care than a
 * mantissa up to 2⁵³ over a power of ten up to 22: that is a quotient of two exact numbers, rounded once, as `Number` rounds.
 */
export function decimalIn(bytes: Uint8Array, from: number, to: number, decimal: '.' | ','): number {
  const point = decimal === ',' ? COMMA : POINT
  const sign = bytes[from]
  let at = sign === MINUS || sign === PLUS ? from + 1 : from
  const start = at
  let mantissa = 0
  let fraction = -1
  for (; at < to; at++) {
    const digit = bytes[at] - ZERO
    if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit
    else if (bytes[at] === point && fraction < 0) fraction = at + 1
    else return Number.NaN
  }
  const digits = at - start - (fraction < 0 ? 0 : 1)
  if (digits === 0 || mantissa > LARGEST_EXACT) return Number.NaN
  const places = fraction < 0 ? 0 : to - fraction
  if (places >= EXACT_POWERS.length) return Number.NaN
  const value = places === 0 ? mantissa : mantissa / EXACT_POWERS[places]
  return sign === MINUS ? -value : value
}
