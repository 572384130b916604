// What the options of commands are made of: stricli's flags with bounds, and with what is expected in words for the messages.
import type { TypedFlagParameter } from '@stricli/core'

/** A mistake in the command line: told in two lines, without a stack trace */
export class UsageError extends Error {}

export const LARGEST_SEED = 2 ** 32 - 1

/** The flag of an option that may be left out */
export type Optional<T> = TypedFlagParameter<T | undefined> & {
  /** What a value has to be: `an integer from 1 to 10` */
  readonly expects: string
}

/** What a value of a flag has to be, in words */
export function expectationOf(flag: object | undefined): string {
  return (flag as Partial<Optional<unknown>> | undefined)?.expects ?? 'true or false'
}

interface Words {
  readonly brief: string
  /** What stands for the value in the usage text */
  readonly placeholder?: string
  /** What is expected, where it is more than the bounds say */
  readonly expects?: string
}

/** What is there or not, and takes no value */
export const toggle = (brief: string) => ({ kind: 'boolean', brief, withNegated: false }) as const

/** What is there unless `--no-NAME` says otherwise */
export const unless = (brief: string) => ({ kind: 'boolean', brief, default: true }) as const

export function integer(least: number, most: number, words: Words): Optional<number> {
  const expects = `an integer from ${least} to ${most}`
  return parsed({ placeholder: 'N', expects, ...words }, (text) => {
    const value = numberIn(text)
    return Number.isInteger(value) && value >= least && value <= most ? value : undefined
  })
}

export function numberAbove(bound: number, words: Words): Optional<number> {
  return parsed({ placeholder: 'N', expects: `a number above ${bound}`, ...words }, (text) => {
    const value = numberIn(text)
    return value > bound && value < Infinity ? value : undefined
  })
}

/** Text that is not empty */
export function text(words: Words): Optional<string> {
  return parsed({ expects: 'text', ...words }, (given) => (given === '' ? undefined : given))
}

export function oneOf<const T extends string>(values: readonly T[], brief: string) {
  const expects = values.join(', ').replace(/, (?=\S+$)/, ' or ')
  return { kind: 'enum', values, optional: true, brief, placeholder: values.join('|'), expects } as const
}

/** The flags of options that the library describes */
export const named = <const T extends string>({ names, words }: { names: readonly T[]; words: string }) =>
  oneOf(names, words)

export const bounded = ({ min, max, words }: { min: number; max: number; words: string }) =>
  integer(min, max, { brief: words })

/** A time such as 30s, in milliseconds */
export function time(words: Words): Optional<number> {
  const expects = 'a time such as 500ms, 30s, 5m or 1h'
  return parsed({ placeholder: 'TIME', expects, ...words }, (given) => {
    const [, count = '', unit = ''] = /^(\d+\.?\d*)(ms|s|m|h)$/.exec(given) ?? []
    const milliseconds = Number(count) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? Number.NaN)
    return milliseconds > 0 && milliseconds < Infinity ? milliseconds : undefined
  })
}

/** `read` gives undefined for what is not as expected. */
export function parsed<T>(
  words: Words & { readonly expects: string },
  read: (text: string) => T | undefined,
): Optional<T> {
  const parse = (given: string): T => {
    const value = read(given)
    if (value === undefined) throw new UsageError(words.expects)
    return value
  }
  return { kind: 'parsed', optional: true, parse, ...words } as unknown as Optional<T>
}

/** Decimal numbers only: '', ' 5' and '0x10' are none. */
function numberIn(given: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(given) ? Number(given) : Number.NaN
}

/** What every command takes */
export interface CommonFlags {
  readonly json: boolean
  readonly stack: boolean
}

export const commonFlags = {
  json: toggle('print one JSON document instead'),
  stack: toggle('show where an error comes from (also: DEBUG=1)'),
}

/** Of commands that say more than was asked for */
export const quietFlag = toggle('say nothing but results and errors')
