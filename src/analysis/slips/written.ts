// A number as people write it down: what it says, and how exactly.
import { clip, unexpected } from '../../errors.ts'

export interface Written {
  readonly value: number
  /** One in the last written place: 0.0001 for 0.3589 */
  readonly unit: number
  /** Digits that count: 4 for 0.3589, 0 for 0.00 */
  readonly digits: number
}

const FORM = /^([+-]?)(\d*)(?:[.,](\d*))?(?:(?:e|[·*x×]10\^?)\(?([+-]?\d{1,3})\)?)?$/i

/** Reads 0.3589, 0,3589, .3589, −4.3857e-4, 4.3857 · 10^−4. Throws INVALID_DATA for what is no such number. */
export function readWritten(text: string): Written {
  const bare = text.replace(/[\s_]/g, '').replace(/[−–]/g, '-')
  const [, sign, whole = '', decimals = '', exponent = '0'] = FORM.exec(bare.slice(0, 60)) ?? []
  const written = whole + decimals
  const value = Number(`${sign}${whole}.${decimals || 0}e${exponent}`)
  if (sign === undefined || written === '' || !Number.isFinite(value)) {
    throw unexpected('INVALID_DATA', 'number', 'a number such as 0.3589', `"${clip(text)}"`)
  }
  return { value, unit: 10 ** (Number(exponent) - decimals.length), digits: written.replace(/^0+/, '').length }
}

/** What floating point may have left of a number that is exact on paper */
const slack = (exact: number): number => Math.abs(exact) * 1e-11

/** Whether `exact`, rounded to the written places, is what was written */
export function isRounded({ value, unit }: Written, exact: number): boolean {
  return Math.abs(value - exact) <= unit * 0.5000001 + slack(exact)
}

/** Whether `exact` was cut off after the written places */
export function isCutOff({ value, unit }: Written, exact: number): boolean {
  const rest = (exact - value) * Math.sign(exact)
  return exact !== 0 && value * exact >= 0 && rest >= -slack(exact) && rest < unit
}

/** How many leading digits agree, rounding allowed */
export function agreeingDigits({ value }: Written, exact: number): number {
  if (exact === 0 || value === exact) return value === exact ? 15 : 0
  return Math.max(0, Math.floor(-Math.log10(Math.abs(value / exact - 1) * 2)))
}
