// Numbers as a report shows them.

/** Four digits, without zeros at the end; very large and small ones with a power of ten */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e7 || size < 1e-4) return value.toExponential(2)
  return size >= 1e4 ? grouped(Math.round(value)) : String(Number(value.toPrecision(4)))
}

/** 48113 as 48 113, with spaces that no line is broken at */
const grouped = (whole: number): string => String(whole).replace(/\B(?=(\d{3})+$)/g, '\u202f')

/** As a tick of an axis: 200k, 1.5M */
export function compact(value: number): string {
  const size = Math.abs(value)
  for (const [unit, name] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= 10 * unit || (size >= unit && unit > 1e3)) return `${Number((value / unit).toPrecision(3))}${name}`
  }
  return short(value)
}

/** 0.9734 as 97.3 % */
export const percent = (share: number): string => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : '–')

export const count = (value: number, one: string, many = `${one}s`): string => `${value} ${value === 1 ? one : many}`

export function extent(values: Iterable<number>): [least: number, greatest: number] {
  let least = Infinity
  let greatest = -Infinity
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return least <= greatest ? [least, greatest] : [0, 1]
}
