// The application that stricli runs: our commands, in our words.
import {
  buildApplication,
  type CommandContext,
  proposeCompletions,
  run,
  type StricliProcess,
  text_en,
} from '@stricli/core'
import { lastOptions } from './arguments.ts'
import { routes } from './commands.ts'
import { EXIT, exitCodeOf, Messages } from './messages.ts'
import { print } from './terminal.ts'

function applicationFor(messages: Messages) {
  return buildApplication(routes, {
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
}

const contextOf = (): CommandContext & { process: StricliProcess } => ({
  process: { stdout: process.stdout, stderr: process.stderr, env: process.env },
})

/** Runs the command that is named first; resolves with the exit code. */
export async function runCommand(given: readonly string[]): Promise<number> {
  const messages = new Messages(routes, given)
  const context = contextOf()
  try {
    const target = routes.getRoutingTargetForInput(given[0])
    const args = target !== undefined && 'parameters' in target ? lastOptions(given, target) : given
    await run(applicationFor(messages), args, context)
  } catch (error) {
    process.stderr.write(`${messages.usage(error)}\n`)
    return EXIT.usage
  }
  const code = Number(context.process.exitCode)
  // Below 0: what stricli found wrong, the arguments or (-1 to -3, -10) the command itself
  return code >= 0 ? code : code <= -4 && code > -10 ? EXIT.usage : EXIT.failure
}

/** Prints what the last of the words may become, a line each: the word, a tab, and what it is. */
export async function printCompletions(words: readonly string[]): Promise<void> {
  const found = await proposeCompletions(applicationFor(new Messages(routes, words)), words, contextOf())
  const own = found.filter(({ completion }) => !/[A-Z]|^--help-all$/.test(completion))
  if (own.length > 0) print(own.map(({ completion, brief }) => `${completion}\t${brief}`).join('\n'))
}
