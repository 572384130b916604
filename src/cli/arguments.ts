// Options of commands: described once by rules, from which they are read, checked and explained in the usage text.
import { parseArgs } from 'node:util'
import { describe, didYouMean } from '../errors.ts'

export interface Rule {
  readonly type: 'flag' | 'integer' | 'number' | 'choice' | 'text'
  /** What stands for the value in the usage text */
  readonly value?: string
  readonly choices?: readonly string[]
  /** What is expected, where type and bounds do not say it */
  readonly means?: string
  /** Bounds of a number */
  readonly least?: number
  readonly most?: number
  readonly above?: number
  readonly help: string
}

export type Rules = Readonly<Record<string, Rule>>

type Value<R extends Rule> = R['type'] extends 'flag'
  ? boolean
  :
      | (R['type'] extends 'integer' | 'number' ? number : R extends { choices: readonly (infer C)[] } ? C : string)
      | undefined

export type Values<R extends Rules> = { -readonly [Name in keyof R]: Value<R[Name]> }

/** What every command takes */
export const commonRules = {
  json: { type: 'flag', help: 'print one JSON document instead' },
  stack: { type: 'flag', help: 'show where an error comes from (also: DEBUG=1)' },
  help: { type: 'flag', help: 'print this text' },
} as const satisfies Rules

/** A mistake in the command line: told in one line, without a stack trace */
export class UsageError extends Error {}

/**
 * Reads a command's options, and as many operands as it names, each of which has a rule of its own name. The last one counts where
 * an option is repeated.
 */
export function readArguments<R extends Rules>(
  args: readonly string[],
  rules: R,
  operands: readonly string[] = [],
): Values<R> {
  const options = Object.fromEntries(
    Object.entries(rules).map(([name, { type }]) => [name, { type: type === 'flag' ? 'boolean' : 'string' } as const]),
  )
  // Not strict: the messages are made here.
  const { tokens } = parseArgs({ args: args.map(longName), options, strict: false, tokens: true })
  // Words with one dash would be taken letter by letter, and blame one of them.
  const short = tokens.find(
    ({ kind, index }) => kind === 'option' && /^-[^-]/.test(args[index]) && args[index] !== '-h',
  )
  if (short) throw unknownOption(args[short.index], rules)
  const values: Record<string, unknown> = {}
  for (const [name, { type }] of Object.entries(rules)) values[name] = type === 'flag' ? false : undefined
  const given: string[] = []
  for (const token of tokens) {
    if (token.kind === 'option') values[token.name] = readOption(token, rules)
    else if (token.kind === 'positional') given.push(token.value)
  }
  if (given.length > operands.length) throw new UsageError(`unexpected argument ${describe(given[operands.length])}`)
  if (given.length < operands.length && values.help !== true) throw new UsageError(`expected ${operands[given.length]}`)
  return Object.assign(values, Object.fromEntries(operands.map((name, index) => [name, given[index]]))) as Values<R>
}

const longName = (argument: string): string => (argument === '-h' ? '--help' : argument)

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string
  readonly inlineValue?: boolean
}

function readOption({ name, rawName, value, inlineValue }: OptionToken, rules: Rules): unknown {
  const rule = Object.hasOwn(rules, name) && rawName === `--${name}` ? rules[name] : undefined
  if (rule === undefined) throw unknownOption(rawName, rules)
  if (rule.type === 'flag') {
    if (value !== undefined) throw new UsageError(`--${name} takes no value, got "${value}"`)
    return true
  }
  if (value === undefined || (!inlineValue && value.startsWith('--'))) {
    throw new UsageError(`--${name} needs a value: ${expectation(rule)}`)
  }
  return readValue(name, value, rule)
}

function unknownOption(given: string, rules: Rules): UsageError {
  const names = Object.keys(rules).map((name) => `--${name}`)
  return new UsageError(
    `unknown option "${given}"${didYouMean(given.replace(/^-*/, '--'), names) || `; expected one of ${names.join(' ')}`}`,
  )
}

function readValue(name: string, text: string, rule: Rule): unknown {
  const value = rule.type === 'integer' || rule.type === 'number' ? toNumber(text) : text
  if (isWithin(value, rule)) return value
  const nearest = rule.choices ? didYouMean(text, rule.choices) : ''
  throw new UsageError(`--${name}: expected ${expectation(rule)}, got "${text}"${nearest}`)
}

/** Decimal numbers only: '', ' 5' and '0x10' are none. */
function toNumber(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
}

function isWithin(value: string | number, rule: Rule): boolean {
  if (typeof value === 'string') return rule.choices?.includes(value) ?? value !== ''
  const { type, least = Number.NEGATIVE_INFINITY, most = Number.MAX_VALUE, above = Number.NEGATIVE_INFINITY } = rule
  return value >= least && value <= most && value > above && (type === 'number' || Number.isInteger(value))
}

function expectation({ type, choices, least, most, above, means }: Rule): string {
  if (means) return means
  if (choices) return choices.join(', ').replace(/, (?=\S+$)/, ' or ')
  const what = type === 'integer' ? 'an integer' : 'a number'
  if (least !== undefined && most !== undefined) return `${what} from ${least} to ${most}`
  return above === undefined ? what : `${what} above ${above}`
}

/** A line per option */
export function optionLines(rules: Rules): string[] {
  const forms = Object.entries(rules).map(([name, { value, choices }]) => {
    const argument = choices ? choices.join('|') : value
    return `--${name}${argument === undefined ? '' : ` ${argument}`}`
  })
  const width = Math.max(...forms.map((form) => form.length))
  return Object.values(rules).map(({ help }, index) => `  ${forms[index].padEnd(width)}  ${help}`)
}
