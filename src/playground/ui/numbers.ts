// Numbers as the page writes them.

/** So many significant digits, a real minus sign, and powers of ten only where they are needed */
export function short(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞'
  const rounded = Number(value.toPrecision(digits))
  const text = rounded !== 0 && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded)
  return text.replaceAll('-', '−')
}

const units = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** 1230 is 1.23 k. */
export function rough(value: number): string {
  const [size, name] = units.find(([least]) => value >= least) ?? [1, '']
  return `${short(value / size, size === 1 ? 4 : 3)}${name === '' ? '' : ` ${name}`}`
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** The same as a length in styles, which take no space before the sign */
export const portion = (share: number): string => `${(100 * share).toFixed(2)}%`

export const grouped = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ')
