#!/usr/bin/env node
// The command `wasmprop`: finds the command that is meant, and turns whatever goes wrong into a line and an exit code.
import { WasmpropError } from 'wasmprop'
import { didYouMean } from '../errors.ts'
import { type commonRules, optionLines, type Rules, readArguments, UsageError, type Values } from './arguments.ts'
import { bench, benchRules, benchUsage, ProofError } from './bench/bench.ts'
import { version } from './bench/machine.ts'
import { explain, explainRules, explainUsage } from './tables/explain.ts'
import {
  evaluate,
  evaluateRules,
  evaluateUsage,
  inspect,
  inspectRules,
  inspectUsage,
  predict,
  predictRules,
  predictUsage,
} from './tables/predict.ts'
import { train, trainRules, trainUsage } from './tables/train.ts'
import { bold, print, red } from './terminal.ts'
import { tutorial, tutorialUsage } from './tutorial.ts'
import { tutorialRules } from './tutorial-options.ts'

const EXIT = { failure: 1, usage: 2, data: 3, model: 4, interrupted: 130 }

interface Command<R extends Rules> {
  /** The first line says in a few words what it does. */
  readonly usage: readonly string[]
  readonly rules: R
  readonly run: (values: Values<R>) => Promise<void>
  /** What it takes beside options, as the usage text names it */
  readonly operands: readonly string[]
}

const command = <R extends Rules>(
  usage: readonly string[],
  rules: R,
  run: (values: Values<R>) => Promise<void>,
  operands: readonly string[] = [],
) => ({ usage, rules, run, operands }) as unknown as Command<Rules>

const commands: Record<string, Command<Rules>> = {
  train: command(trainUsage, trainRules, train, ['FILE']),
  predict: command(predictUsage, predictRules, predict, ['MODEL', 'FILE']),
  evaluate: command(evaluateUsage, evaluateRules, evaluate, ['MODEL', 'FILE']),
  explain: command(explainUsage, explainRules, explain, ['MODEL', 'FILE']),
  inspect: command(inspectUsage, inspectRules, inspect, ['FILE']),
  tutorial: command(tutorialUsage, tutorialRules, tutorial),
  bench: command(benchUsage, benchRules, bench),
}

async function main([name, ...args]: string[]): Promise<void> {
  if (name === 'help' && args.length > 0) return main([...args, '--help'])
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return printUsage()
  if (name === '--version' || name === '-v') return print(version())
  if (!Object.hasOwn(commands, name)) throw unknownCommand(name)
  const { rules, run, operands } = commands[name]
  const values = readArguments(args, rules, operands)
  if (values.help) return printCommandUsage(name)
  await run(values)
}

function unknownCommand(name: string): UsageError {
  const names = Object.keys(commands)
  const kind = name.startsWith('-') ? 'option' : 'command'
  const valid = kind === 'option' ? ['--help', '--version'] : names
  const advice = didYouMean(name, valid) || `; expected ${valid.join(' or ')}`
  return new UsageError(`unknown ${kind} "${name}"${advice}`)
}

function printUsage(): void {
  print(`${bold('wasmprop')} trains multilayer perceptrons in WebAssembly, bit for bit as in TypeScript.\n`)
  print('Usage: wasmprop <command> [options]\n')
  for (const [name, { usage }] of Object.entries(commands)) print(`  ${name.padEnd(10)}${usage[0]}`)
  print('\n  --help     print this text; after a command: its options')
  print('  --version  print the version')
  print('\nWhere an option is repeated, the last one counts.')
}

function printCommandUsage(name: string): void {
  const { usage, rules, operands } = commands[name]
  const [first, ...others] = usage
  print(`Usage: wasmprop ${[name, ...operands].join(' ')} [options]\n\n${first}`)
  for (const line of others) print(line)
  print(`\n${optionLines(rules).join('\n')}`)
  print('\nWhere an option is repeated, the last one counts.')
}

function exitCodeOf({ code }: WasmpropError): number {
  if (code === 'INVALID_CONFIG') return EXIT.usage
  if (/MODEL$/.test(code)) return EXIT.model
  return /^(INVALID_DATA|INVALID_SHAPE|NOT_FINITE)$/.test(code) ? EXIT.data : EXIT.failure
}

function fail(error: unknown, args: string[]): void {
  const isUsage = error instanceof UsageError
  const isKnown = isUsage || error instanceof WasmpropError || error instanceof ProofError
  process.exitCode = isUsage ? EXIT.usage : error instanceof WasmpropError ? exitCodeOf(error) : EXIT.failure
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${red('wasmprop')}: ${isKnown ? '' : 'unexpected error: '}${message}\n`)
  if (isUsage)
    process.stderr.write(`Try: wasmprop ${Object.hasOwn(commands, args[0] ?? '') ? `${args[0]} ` : ''}--help\n`)
  const wantsStack =
    args.includes(`--${'stack' satisfies keyof typeof commonRules}`) || (process.env.DEBUG ?? '') !== ''
  if (wantsStack && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  else if (!isKnown) process.stderr.write('Run it again with --stack to see where that comes from.\n')
}

// The reader of a pipe may leave early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
process.on('SIGINT', () => process.exit(EXIT.interrupted))

const args = process.argv.slice(2)
main(args).catch((error: unknown) => fail(error, args))
