// Numbers as the page writes them.

/** So many significant digits, a real minus sign, and powers of ten only where they are needed */
export function short(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞'
  return String(Number(value.toPrecision(digits))).replace('-', '−')
}

const units = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const

/** 12300 is 12.3 k. */
export function rough(value: number): string {
  const [size, name] = units.find(([least]) => value >= 10 * least || value === least) ?? [1, '']
  return `${short(value / size, size === 1 ? 4 : 3)}${name === '' ? '' : ` ${name}`}`
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

export const grouped = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ')
