#!/usr/bin/env node
// The command `wasmprop`: hands the arguments to the command that is meant, and turns whatever goes wrong into a line and an exit
// code. It loads no more than it takes to find out which.
import { readFileSync } from 'node:fs'
import { buildApplication, type CommandContext, run, type StricliProcess, text_en } from '@stricli/core'
import { lastOptions } from './arguments.ts'
import { routes } from './commands.ts'
import { printUsage } from './help.ts'
import { EXIT, exitCodeOf, Messages } from './messages.ts'
import { print, red } from './terminal.ts'

const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version as string

async function main(given: readonly string[]): Promise<number> {
  const [name] = given
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && given.length === 1)) {
    printUsage(routes)
    return EXIT.success
  }
  if (name === '--version' || name === '-v') {
    print(version())
    return EXIT.success
  }
  return runCommand(name === 'help' ? [...given.slice(1), '--help'] : given)
}

async function runCommand(given: readonly string[]): Promise<number> {
  const messages = new Messages(routes, given)
  const application = buildApplication(routes, {
    name: 'wasmprop',
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: true },
    localization: {
      text: {
        ...text_en,
        noCommandRegisteredForInput: ({ input }) => messages.unknownCommand(input),
        exceptionWhileParsingArguments: (error) => messages.usage(error),
        exceptionWhileRunningCommand: (error) => messages.failure(error),
        exceptionWhileLoadingCommandFunction: (error) => messages.failure(error),
      },
    },
    determineExitCode: exitCodeOf,
  })
  const process_: StricliProcess = { stdout: process.stdout, stderr: process.stderr, env: process.env }
  try {
    const target = routes.getRoutingTargetForInput(given[0])
    const args = target !== undefined && 'parameters' in target ? lastOptions(given, target) : given
    await run(application, args, { process: process_ } satisfies CommandContext)
  } catch (error) {
    process.stderr.write(`${messages.usage(error)}\n`)
    return EXIT.usage
  }
  const code = Number(process_.exitCode)
  // Below 0: what stricli found wrong, the arguments or (-1 to -3, -10) the command itself
  return code >= 0 ? code : code <= -4 && code > -10 ? EXIT.usage : EXIT.failure
}

process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // The reader of a pipe may leave early, as `head` does.
  if (code === 'EPIPE') process.exit(EXIT.success)
  process.stderr.write(`${red('wasmprop')}: standard output cannot be written: ${message}\n`)
  process.exit(EXIT.failure)
})
process.stderr.on('error', () => {}) // nobody is there to be told
process.on('SIGINT', () => process.exit(EXIT.interrupted))

process.exitCode = await main(process.argv.slice(2))
