// What is said where a command cannot do what it was asked for, and the exit code that goes with it.
import {
  AliasNotFoundError,
  ArgumentParseError,
  type CommandContext,
  EnumValidationError,
  FlagNotFoundError,
  type RouteMap,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core'
import type { WasmpropError } from 'wasmprop'
import { describe, didYouMean } from '../errors.ts'
import { expectationOf, UsageError } from './flags.ts'
import { optionsOf } from './help.ts'
import { red } from './terminal.ts'

export const EXIT = { success: 0, failure: 1, usage: 2, data: 3, model: 4, diverged: 5, interrupted: 130 } as const

/** Results differ that have to be equal: a fault of the library, of the host, or of a claim */
export class ProofError extends Error {}

export class Messages {
  readonly #routes: RouteMap<CommandContext>
  readonly #args: readonly string[]

  constructor(routes: RouteMap<CommandContext>, args: readonly string[]) {
    this.#routes = routes
    this.#args = args
  }

  /** About a line that no command understands */
  usage(error: unknown): string {
    if (error instanceof UsageError) return this.failure(error)
    return this.failure(Object.assign(new UsageError(this.#usageWords(error)), { stack: (error as Error).stack }))
  }

  unknownCommand(name: string): string {
    const names = this.#routes.getAllEntries().flatMap((entry) => (entry.hidden ? [] : [entry.name.original]))
    const kind = name.startsWith('-') ? 'option' : 'command'
    const valid = kind === 'option' ? ['--help', '--version'] : names
    const advice = didYouMean(name, valid) || `; expected ${valid.join(' or ')}`
    return this.failure(new UsageError(`unknown ${kind} ${describe(name)}${advice}`))
  }

  /** About whatever a command threw */
  failure(error: unknown): string {
    const isUsage = error instanceof UsageError
    const isKnown = isUsage || isOfTheLibrary(error) || error instanceof ProofError
    const message = error instanceof Error ? error.message : String(error)
    const lines = [`${red('wasmprop')}: ${isKnown ? '' : 'unexpected error: '}${message}`]
    if (isUsage) lines.push(`Try: wasmprop ${this.#target() === undefined ? '' : `${this.#args[0]} `}--help`)
    const wantsStack = this.#args.includes('--stack') || (process.env.DEBUG ?? '') !== ''
    if (wantsStack && error instanceof Error) lines.push(String(error.stack))
    else if (!isKnown) lines.push('Run it again with --stack to see where that comes from.')
    return lines.join('\n')
  }

  #target() {
    return this.#args[0] === undefined ? undefined : this.#routes.getRoutingTargetForInput(this.#args[0])
  }

  #usageWords(error: unknown): string {
    const options = optionsOf(this.#target())
    const expects = (name: string) => {
      const [, flag] = options.find(([other]) => other === name) ?? []
      return expectationOf(flag)
    }
    if (error instanceof FlagNotFoundError) return this.#unknownOption(`--${error.input}`)
    if (error instanceof AliasNotFoundError) {
      return this.#unknownOption(this.#args.find((arg) => /^-[^-]/.test(arg)) ?? `-${error.input}`)
    }
    if (error instanceof UnsatisfiedFlagError) {
      return `--${error.externalFlagName} needs a value: ${expects(error.externalFlagName)}`
    }
    if (error instanceof EnumValidationError) {
      const advice = didYouMean(error.input, error.values)
      return `--${error.externalFlagName}: expected ${expects(error.externalFlagName)}, got ${describe(error.input)}${advice}`
    }
    if (error instanceof ArgumentParseError) {
      const { externalFlagNameOrPlaceholder: name, input } = error
      return `--${name}: expected ${expects(name)}, got ${describe(input)}`
    }
    if (error instanceof UnexpectedPositionalError) return `unexpected argument ${describe(error.input)}`
    if (error instanceof UnsatisfiedPositionalError) return `expected ${error.placeholder}`
    return error instanceof Error ? error.message : String(error)
  }

  #unknownOption(given: string): string {
    const names = [...optionsOf(this.#target()).map(([name]) => `--${name}`), '--help']
    const advice = didYouMean(given.replace(/^-*/, '--'), names) || `; expected one of ${names.join(' ')}`
    return `unknown option ${describe(given)}${advice}`
  }
}

/** The class itself is loaded only with a command that computes. */
export function isOfTheLibrary(error: unknown): error is WasmpropError {
  return error instanceof Error && error.name === 'WasmpropError'
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage
  if (!isOfTheLibrary(error)) return EXIT.failure
  if (error.code === 'INVALID_CONFIG') return EXIT.usage
  if (/MODEL$/.test(error.code)) return EXIT.model
  return /^(INVALID_DATA|INVALID_SHAPE|NOT_FINITE)$/.test(error.code) ? EXIT.data : EXIT.failure
}
