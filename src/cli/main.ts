#!/usr/bin/env node
// The command `wasmprop`: hands the arguments to the command that is meant, and turns whatever goes wrong into a line and an exit
// code. It loads no more than it takes to find out which.
import { readFileSync } from 'node:fs'
import { printCompletions, runCommand } from './application.ts'
import { routes } from './commands.ts'
import { printUsage } from './help.ts'
import { listenForInterrupts } from './interrupt.ts'
import { EXIT } from './messages.ts'
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
  if (name === '__complete') {
    await printCompletions(given.slice(1))
    return EXIT.success
  }
  return runCommand(name === 'help' ? [...given.slice(1), '--help'] : given)
}

listenForInterrupts()
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // The reader of a pipe may leave early, as `head` does.
  if (code === 'EPIPE') process.exit(EXIT.success)
  process.stderr.write(`${red('wasmprop')}: standard output cannot be written: ${message}\n`)
  process.exit(EXIT.failure)
})
process.stderr.on('error', () => {}) // nobody is there to be told

const code = await main(process.argv.slice(2))
if (code !== EXIT.success) process.exitCode = code // a command may have set another
